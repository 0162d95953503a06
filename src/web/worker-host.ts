/** The worker's side of a worker stylizer: stylizers and runs behind ports. */
import type { Checkpoint } from "../transfer/checkpoint/checkpoint.ts";
import { type CheckpointSink, copiedCheckpoint } from "../transfer/checkpoint/history.ts";
import type { StylizeEvent } from "../transfer/events.ts";
import type { Run } from "../transfer/run/run.ts";
import {
  AHEAD,
  type OpenMessage,
  plainError,
  type RunReply,
  type RunRequest,
  type StylizerReply,
  type StylizerRequest,
  type WorkerMachineOptions,
} from "./protocol.ts";
import { opened, type WebStylizer } from "./stylizer.ts";

/** Opens a stylizer for every `createWorkerStylizer` on a page. */
export function listen(scope: Pick<typeof globalThis, "addEventListener">): void {
  scope.addEventListener("message", ({ data, ports }: MessageEvent<OpenMessage | undefined>) => {
    if (data?.pastiche !== "open") return;
    void hold(data.lock).then(() => open(data.options, ports[0]!));
  });
}

/** Holds a lock until the worker's end, of which the page learns by getting it; resolves when it is held. */
async function hold(name: string): Promise<void> {
  await new Promise<void>((held) => {
    const holding = navigator.locks?.request(name, () => {
      held();
      return new Promise(() => {});
    });
    // Without locks (on insecure pages, or where storage is denied) the page is not told.
    if (holding) holding.catch(() => held());
    else held();
  });
}

async function open(options: WorkerMachineOptions, port: MessagePort): Promise<void> {
  const reply = (message: StylizerReply) => port.postMessage(message);
  try {
    const { stylizer, prepare } = await opened({
      ...options,
      onProgress: (received, total) => reply({ type: "progress", received, total }),
      onNote: (text) => reply({ type: "note", text }),
    });
    serve(stylizer, port, reply);
    reply({ type: "ready" });
    // Pictures are being chosen: nothing waits for this thread. What fails here fails again in the job.
    prepare().catch(() => {});
  } catch (error) {
    reply({ type: "failed", error: plainError(error) });
  }
}

function serve(stylizer: WebStylizer, port: MessagePort, reply: (message: StylizerReply) => void): void {
  const running = new Set<Run>();
  port.onmessage = async ({ data, ports }: MessageEvent<StylizerRequest>) => {
    if (data.type === "stylize") {
      const control = new AbortController();
      const history = data.historyEvery === undefined ? undefined : historyOn(ports[0]!, data.historyEvery);
      const run = stylizer.stylize(data.job, { keepPictures: true, ...data.options, history, signal: control.signal });
      running.add(run);
      await send(run, ports[0]!, control);
      running.delete(run);
    } else {
      await Promise.allSettled([...running].map((run) => run.return()));
      await stylizer.dispose();
      reply({ type: "disposed" });
      port.close();
    }
  };
}

/** The page's history. */
function historyOn(port: MessagePort, every: number): CheckpointSink {
  return {
    every,
    add(checkpoint) {
      port.postMessage({ type: "history", checkpoint } satisfies RunReply, buffersOf(checkpoint));
    },
  };
}

/** Sends the events of a run, and does what the page says. */
async function send(run: Run, port: MessagePort, control: AbortController): Promise<void> {
  const reply = (message: RunReply, transfer: Transferable[] = []) => port.postMessage(message, transfer);
  let ahead = 0;
  let go = () => {};
  port.onmessage = ({ data }: MessageEvent<RunRequest>) => {
    switch (data.type) {
      case "taken":
        ahead--;
        go();
        break;
      case "adjust":
        run.adjust(data.changes, data.pictures).then(
          () => reply({ type: "adjusted", id: data.id }),
          (error) => reply({ type: "adjusted", id: data.id, error: plainError(error) }),
        );
        break;
      case "abort":
        control.abort();
        go();
        break;
      case "leave":
        run.return().catch(() => {});
        go();
        break;
      default:
        run[data.type]();
    }
  };
  try {
    for await (const event of run) {
      const sent = owned(event);
      reply({ type: "event", event: sent }, transfersOf(sent));
      if (++ahead < AHEAD) continue;
      await new Promise<void>((resolve) => {
        go = resolve;
      });
    }
  } catch (error) {
    reply({ type: "failed", error: plainError(error) });
  }
}

/** The event with memory that may be transferred: a checkpoint's is the job's own. */
function owned(event: StylizeEvent): StylizeEvent {
  return event.type === "checkpoint" ? { ...event, checkpoint: copiedCheckpoint(event.checkpoint) } : event;
}

function transfersOf(event: StylizeEvent): Transferable[] {
  if (event.type === "image" || event.type === "done") return [event.image.data.buffer];
  return event.type === "checkpoint" ? buffersOf(event.checkpoint) : [];
}

function buffersOf({ tensors }: Checkpoint): Transferable[] {
  return [...tensors.values()].map(({ data }) => data.buffer);
}
