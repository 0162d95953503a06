/** A run whose events arrive from a worker. */
import { UserError } from "../errors.ts";
import type { CheckpointSink } from "../transfer/checkpoint/history.ts";
import type { Result, StylizeEvent } from "../transfer/events.ts";
import { type Run, runOf, withResolvers } from "../transfer/run/run.ts";
import type { Inbox } from "./inbox.ts";
import { errorFrom, type RunReply, type RunRequest } from "./protocol.ts";
import { sendableJob, unsendable } from "./sendable.ts";
import type { WebJob } from "./stylizer.ts";

/** The adjustments that the worker has not answered yet, by number. */
type Waiting = Map<number, ReturnType<typeof withResolvers<void>>>;

/** The run whose events arrive at `port`. `ended` is called after it. */
export function remoteRun(
  port: MessagePort,
  received: Inbox<RunReply>,
  { signal, history }: { readonly signal: AbortSignal | undefined; readonly history: CheckpointSink | undefined },
  ended: () => void,
): Run {
  const request = (message: RunRequest) => port.postMessage(message);
  const waiting: Waiting = new Map();
  let isOver = false;
  let adjustments = 0;
  port.onmessage = ({ data }: MessageEvent<RunReply>) => {
    if (data.type === "history") history?.add(data.checkpoint);
    else if (data.type === "adjusted") settle(waiting, data);
    else received.add(data);
  };
  const abort = () => request({ type: "abort" });
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort);

  async function* events(): AsyncGenerator<StylizeEvent, Result> {
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

  return runOf(events(), {
    pause: () => request({ type: "pause" }),
    resume: () => request({ type: "resume" }),
    stop: () => request({ type: "stop" }),
    adjust(changes, pictures = {}) {
      if (isOver) return Promise.reject(over());
      const answer = withResolvers<void>();
      const id = ++adjustments;
      try {
        request({ type: "adjust", id, changes, pictures: sendableJob(pictures as Partial<WebJob>) });
      } catch (cause) {
        return Promise.reject(unsendable("adjust", [changes, pictures], cause));
      }
      waiting.set(id, answer);
      return answer.promise;
    },
  });
}

function settle(waiting: Waiting, { id, error }: Extract<RunReply, { type: "adjusted" }>): void {
  const answer = waiting.get(id);
  waiting.delete(id);
  if (error) answer?.reject(errorFrom(error));
  else answer?.resolve();
}

function over(): UserError {
  return new UserError("usage", "adjust: the job is over.");
}
