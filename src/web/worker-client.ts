/**
 * A stylizer in a worker, as a page has it: it computes there, and the page stays responsive. Nothing of the engine is
 * imported here, so that a page ships it once, as the worker's script.
 */
import { UserError } from "../errors.ts";
import { isRecord, mapValues } from "../records.ts";
import type { CheckpointSink } from "../transfer/checkpoint/history.ts";
import type { Result, StylizeEvent } from "../transfer/events.ts";
import { type Run, runLater, runOf, withResolvers } from "../transfer/run/run.ts";
import { type Inbox, inbox } from "./inbox.ts";
import {
  errorFrom,
  type OpenMessage,
  plainError,
  type RunReply,
  type RunRequest,
  type StylizerReply,
  type StylizerRequest,
  type WorkerMachineOptions,
  type WorkerRunOptions,
} from "./protocol.ts";
import type { MachineOptions, WebJob } from "./stylizer.ts";

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
  const broken = new Set<(error: Error) => void>();
  const breakDown = (why = "") => {
    const error = new UserError("resources", `The worker broke down${why}. Begin again with a new one.`);
    for (const fail of broken) fail(error);
  };
  worker.addEventListener("error", ({ message }) => breakDown(message && ` (${message})`));
  /** What `make` promises, or the worker's failure. */
  const whileAlive = <T>(make: (resolve: (value: T) => void, reject: (error: Error) => void) => void): Promise<T> => {
    const { promise, resolve, reject } = withResolvers<T>();
    broken.add(reject);
    make(resolve, reject);
    return promise.finally(() => broken.delete(reject));
  };
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
  const request = (message: StylizerRequest, transfer: Transferable[] = []) => port.postMessage(message, transfer);
  const { weights, wasmPaths, ...rest } = options;
  const lock = `pastiche worker ${crypto.getRandomValues(new Uint32Array(4)).join("-")}`;
  const opening: OpenMessage = {
    pastiche: "open",
    lock,
    options: {
      ...rest,
      ...(weights && { weights: mapValues(weights, absolute) }),
      ...(wasmPaths !== undefined && { wasmPaths: absolute(wasmPaths) }),
    },
  };
  await whileAlive<void>((resolve, reject) => {
    ready.promise.then(resolve, reject);
    worker.postMessage(opening, [port2]);
  });
  // A worker that is terminated, or that the browser ends for want of memory, says nothing: but its lock becomes free.
  const disposing = new AbortController();
  navigator.locks?.request(lock, { signal: disposing.signal }, () => breakDown()).catch(() => {});

  function begun(job: WebJob, { signal, history, transfer = [], ...options }: WorkerStylizeOptions): Run {
    const { port1, port2 } = new MessageChannel();
    const func = Object.entries(options).find(([, value]) => typeof value === "function");
    if (func)
      throw new UserError(
        "usage",
        `${func[0]}: a function cannot go to a worker; previewEvery and checkpointEvery can.`,
      );
    const part = ["losses", "optimizer"].find((name) => isRecord(job) && name in job);
    if (part) throw onPageOnly(part);
    try {
      const given = isRecord(job) ? withAddresses(job) : job;
      request({ type: "stylize", job: given, options, keepEvery: history?.every }, [port2, ...transfer]);
    } catch (cause) {
      throw new UserError("usage", `A job for a worker must be plain data: ${(cause as Error).message}`, { cause });
    }
    const received = inbox<RunReply>();
    const fail = (error: Error) => received.add({ type: "failed", error: plainError(error) });
    broken.add(fail);
    return remoteRun(port1, received, { signal, history }, () => broken.delete(fail));
  }

  return {
    stylize(job, options = {}) {
      try {
        return begun(job, options);
      } catch (error) {
        // As of every stylizer: what cannot be run is a run that fails.
        return runLater(() => Promise.reject(error));
      }
    },
    dispose: () =>
      whileAlive<void>((resolve) => {
        void disposed.promise.then(resolve);
        request({ type: "dispose" });
      }).finally(() => {
        disposing.abort();
        port.close();
      }),
  };
}

/** The run whose events arrive at `port`. `ended` is called after it. */
function remoteRun(
  port: MessagePort,
  received: Inbox<RunReply>,
  { signal, history }: Pick<WorkerStylizeOptions, "signal" | "history">,
  ended: () => void,
): Run {
  const request = (message: RunRequest) => port.postMessage(message);
  const waiting = new Map<number, ReturnType<typeof withResolvers<void>>>();
  let isOver = false;
  let adjustments = 0;
  port.onmessage = ({ data }: MessageEvent<RunReply>) => {
    if (data.type === "kept") {
      history?.add(data.checkpoint);
      return;
    }
    if (data.type !== "adjusted") {
      received.add(data);
      return;
    }
    const answer = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error) answer?.reject(errorFrom(data.error));
    else answer?.resolve();
  };
  const abort = () => request({ type: "abort" });
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort);

  async function* course(): AsyncGenerator<StylizeEvent, Result> {
    try {
      for (;;) {
        const message = await received.take();
        if (message.type === "failed") throw signal?.aborted ? signal.reason : errorFrom(message.error);
        if (message.type !== "event") continue;
        request({ type: "taken" });
        const { event } = message;
        yield event;
        if (event.type === "done") return { image: event.image, record: event.record };
      }
    } finally {
      isOver = true;
      signal?.removeEventListener("abort", abort);
      request({ type: "leave" });
      for (const { reject } of waiting.values()) reject(over());
      port.close();
      ended();
    }
  }

  return runOf(course(), {
    pause: () => request({ type: "pause" }),
    resume: () => request({ type: "resume" }),
    stop: () => request({ type: "stop" }),
    adjust(changes, pictures = {}) {
      if (isOver) return Promise.reject(over());
      const answer = withResolvers<void>();
      const id = ++adjustments;
      waiting.set(id, answer);
      request({ type: "adjust", id, changes, pictures: withAddresses(pictures as Partial<WebJob>) });
      return answer.promise;
    },
  });
}

function onPageOnly(part: string): UserError {
  const why = "what has functions cannot go to a worker";
  return new UserError("usage", `${part}: ${why}; run the job with createStylizer or stylize of pastiche/web.`);
}

function over(): UserError {
  return new UserError("usage", "adjust: the job is over.");
}

/** The job, its addresses made absolute: a worker's script has an address of its own. */
function withAddresses<Given extends Partial<WebJob>>(job: Given): Given {
  const one = <T>(given: T): T => (Array.isArray(given) ? given.map(absolute) : absolute(given)) as T;
  const { content, style, start, mask, styleMask, resume, from } = job;
  const model = job.model && { ...job.model, weights: absolute(job.model.weights) };
  const given = { content, style, start, mask, styleMask, resume, from, model };
  const present = Object.entries(given).filter(([, picture]) => picture !== undefined);
  return { ...job, ...Object.fromEntries(present.map(([name, picture]) => [name, one(picture)])) };
}

function absolute<T>(source: T): T {
  if (typeof source !== "string" && !(source instanceof URL)) return source;
  return new URL(source, globalThis.document?.baseURI ?? location.href).href as T;
}
