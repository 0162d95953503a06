/**
 * A stylizer in a worker, as a page has it: it computes there, and the page stays responsive. Nothing of the engine is
 * imported here, so that a page ships it once, as the worker's script.
 */
import { UserError } from "../errors.ts";
import { isRecord } from "../records.ts";
import type { CheckpointSink } from "../transfer/checkpoint/history.ts";
import { type Run, runLater, withResolvers } from "../transfer/run/run.ts";
import { inbox } from "./inbox.ts";
import {
  errorFrom,
  type OpenMessage,
  plainError,
  type RunReply,
  type StylizerReply,
  type StylizerRequest,
  type WorkerMachineOptions,
  type WorkerRunOptions,
} from "./protocol.ts";
import { remoteRun } from "./remote-run.ts";
import { onPageOnly, sendableJob, sendableOptions, unsendable } from "./sendable.ts";
import type { MachineOptions, WebJob } from "./stylizer.ts";
import { type WorkerFailure, workerFailure } from "./worker-failure.ts";

/** Options of `createWorkerStylizer`; functions are called on the page. */
export type WorkerStylizerOptions = WorkerMachineOptions & Pick<MachineOptions, "onProgress" | "onNote">;

/** How a job is run in a worker. */
export interface WorkerStylizeOptions extends WorkerRunOptions {
  readonly signal?: AbortSignal | undefined;
  /** Keeps checkpoints, in the page's memory: see `checkpointHistory`. */
  readonly history?: CheckpointSink | undefined;
  /** Buffers and bitmaps of the job's pictures that the page no longer needs: moved to the worker instead of copied. */
  readonly transfer?: Transferable[] | undefined;
}

/** A stylizer whose jobs run in a worker. */
export interface WorkerStylizer {
  /**
   * Runs a job in the worker, from this moment on: see `Run`. A worker that is some events ahead of the page waits for
   * it. Addresses are relative to the page. The memory of images and checkpoints is the page's.
   */
  stylize(job: WebJob, options?: WorkerStylizeOptions): Run;
  /** Ends what runs and frees everything. The worker itself remains the caller's. */
  dispose(): Promise<void>;
}

/**
 * Opens a stylizer in `worker`, whose script is or imports `pastiche/worker`. Rejects with a `UserError` where no runtime
 * works there. If the worker breaks down, its jobs fail with a `resources` error.
 *
 * @example
 * ```ts
 * const worker = new Worker(new URL("pastiche/worker", import.meta.url), { type: "module" });
 * const stylizer = await createWorkerStylizer(worker);
 * const run = stylizer.stylize({ content: file, style: "paintings/starry.jpg" }, { previewEvery: 100 });
 * for await (const event of run) if (event.type === "image") show(event.image);
 * ```
 */
export async function createWorkerStylizer(
  worker: Worker,
  { onProgress, onNote, ...options }: WorkerStylizerOptions = {},
): Promise<WorkerStylizer> {
  if (options.runtime !== undefined && typeof options.runtime !== "string") throw onPageOnly("runtime");
  const { port1: port, port2 } = new MessageChannel();
  const lock = `pastiche worker ${crypto.getRandomValues(new Uint32Array(4)).join("-")}`;
  const given = sendableOptions(options);
  const failure = workerFailure(worker);
  const { ready, disposed } = repliesOn(port, { onProgress, onNote });
  try {
    worker.postMessage({ pastiche: "open", lock, options: given } satisfies OpenMessage, [port2]);
  } catch (cause) {
    port.close();
    throw unsendable("The options", [given], cause);
  }
  await failure.whileAlive(ready);
  failure.watchLock(lock);
  return {
    stylize(job, options = {}) {
      try {
        return beginRun(port, failure, job, options);
      } catch (error) {
        // As of every stylizer: what cannot be run is a run that fails.
        return runLater(() => Promise.reject(error));
      }
    },
    async dispose() {
      port.postMessage({ type: "dispose" } satisfies StylizerRequest);
      try {
        await failure.whileAlive(disposed);
      } finally {
        failure.close();
        port.close();
      }
    },
  };
}

/** Listens to the worker's stylizer: when it is ready (or why not) and disposed of, and its notes. */
function repliesOn(port: MessagePort, { onProgress, onNote }: Pick<WorkerStylizerOptions, "onProgress" | "onNote">) {
  const ready = withResolvers<void>();
  const disposed = withResolvers<void>();
  port.onmessage = ({ data }: MessageEvent<StylizerReply>) => {
    switch (data.type) {
      case "ready":
        return ready.resolve();
      case "disposed":
        return disposed.resolve();
      case "failed":
        return ready.reject(errorFrom(data.error));
      case "note":
        return onNote?.(data.text);
      case "progress":
        return onProgress?.(data.received, data.total);
    }
  };
  return { ready: ready.promise, disposed: disposed.promise };
}

/** Sends a job to the worker's stylizer at `port`. Throws a `usage` error for what cannot be sent. */
function beginRun(
  port: MessagePort,
  failure: WorkerFailure,
  job: WebJob,
  { signal, history, transfer = [], ...options }: WorkerStylizeOptions,
): Run {
  const func = Object.entries(options).find(([, value]) => typeof value === "function");
  if (func) {
    const why = "a function cannot go to a worker; previewEvery and checkpointEvery can";
    throw new UserError("usage", `${func[0]}: ${why}.`);
  }
  const part = ["losses", "optimizer"].find((name) => isRecord(job) && name in job);
  if (part) throw onPageOnly(part);
  const { port1, port2 } = new MessageChannel();
  try {
    const given = isRecord(job) ? sendableJob(job) : job;
    const request: StylizerRequest = { type: "stylize", job: given, options, historyEvery: history?.every };
    port.postMessage(request, [port2, ...transfer]);
  } catch (cause) {
    throw unsendable("The job", isRecord(job) ? [job, options] : [options], cause);
  }
  const received = inbox<RunReply>();
  const leave = failure.onFailure((error) => received.add({ type: "failed", error: plainError(error) }));
  return remoteRun(port1, received, { signal, history }, leave);
}
