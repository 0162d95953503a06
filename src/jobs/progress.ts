/** The progress of a job, from its events. */
import type { StartEvent, StylizeEvent } from "../transfer/events.ts";
import type { PreparedJob } from "./begin/job.ts";
import type { JobResult } from "./events.ts";
import type { Shown } from "./output/results.ts";
import { type Curves, lossHistory } from "./report/history.ts";

export interface Progress {
  readonly start: StartEvent | undefined;
  /** The last image. */
  readonly last: Shown | undefined;
  /** Before the last step. */
  readonly loss: number;
  /** Since the start; with curves, of all runs of the job. */
  readonly seconds: number;
  follow(event: StylizeEvent): void;
  /** The part that is stored in checkpoints: nothing without curves. */
  forCheckpoint(): { readonly progress?: { seconds: number; curves: Curves; settings: string } };
  result(output: string | undefined): JobResult;
}

/** Follows a job that begins now. */
export function followedProgress({ request: { curves: points }, resume, settings }: PreparedJob): Progress {
  const began = performance.now();
  const before = points === undefined ? undefined : resume?.progress;
  const history = points === undefined ? undefined : lossHistory(points, before?.curves);
  let start: StartEvent | undefined;
  let last: Shown | undefined;
  let loss = Number.NaN;
  const seconds = () => (before?.seconds ?? 0) + (performance.now() - began) / 1000;
  return {
    get start() {
      return start;
    },
    get last() {
      return last;
    },
    get loss() {
      return loss;
    },
    get seconds() {
      return seconds();
    },
    follow(event) {
      if (event.type === "start") start = event;
      if (event.type === "step") loss = event.loss;
      if (event.type === "step") history?.add(event);
      if (event.type === "image" || event.type === "done") last = { image: event.image, step: event.step };
    },
    forCheckpoint: () =>
      history ? { progress: { seconds: seconds(), curves: history.curves(), settings: JSON.stringify(settings) } } : {},
    result: (output) => ({
      output,
      size: last && { width: last.image.width, height: last.image.height },
      step: last?.step ?? 0,
      loss,
      seconds: seconds(),
      start,
      ...(history && { curves: history.curves() }),
    }),
  };
}
