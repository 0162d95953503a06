/** A running job: a promise of the result, an iterator of the events, and controls. */
import type { Result, StylizeEvent } from "../events.ts";
import type { AdjustablePictures } from "../job.ts";
import type { Adjustments } from "./adjust.ts";
import { eventLoopTurn } from "./turn.ts";

/** The controls of a running job. */
export interface Controls {
  /** Pauses the job before its next step, with a `paused` event. Other jobs of the stylizer may run meanwhile. */
  pause(): void;
  /** Continues after `pause`. */
  resume(): void;
  /**
   * Ends the job within one step as if it were complete: `done` has the image so far, in the size of its level, and
   * `stopped`. (A `signal` ends it with an error instead.)
   */
  stop(): void;
  /**
   * Changes settings, or paintings and masks, from the next step on; an `adjusted` event says from which. Strengths, weights
   * of layers and the optimiser's parameters cost nothing; for the others targets are described anew, for which the job
   * must have been begun with `keepPictures`. Resolves when the changes are accepted and rejects with a `usage` error
   * where they are not, like settings that a job begins with. Never waits for a step.
   */
  adjust(changes: Adjustments, pictures?: AdjustablePictures): Promise<void>;
}

/**
 * A running job. Await it for the result, or iterate it for the events; it begins with either. While it is iterated it
 * computes only when the next event is asked for; leaving the loop ends the job.
 */
export interface Run
  extends AsyncIterableIterator<StylizeEvent, Result>,
    Pick<Promise<Result>, "then" | "catch" | "finally">,
    Controls {
  return(value?: Result): Promise<IteratorResult<StylizeEvent, Result>>;
  throw(error?: unknown): Promise<IteratorResult<StylizeEvent, Result>>;
}

type Events = AsyncGenerator<StylizeEvent, Result>;
type Next = IteratorResult<StylizeEvent, Result>;

/** The run of a generator of events. */
export function runOf(events: Events, { pause, resume, stop, adjust }: Controls): Run {
  const { promise: result, resolve, reject } = withResolvers<Result>();
  // A caller who iterates gets the error there.
  result.catch(() => {});
  let iterated = false;
  let awaited = false;
  const watched = async (move: Promise<Next>): Promise<Next> => {
    try {
      const next = await move;
      if (next.done && next.value !== undefined) resolve(next.value);
      else if (next.done) reject(abandoned());
      return next;
    } catch (error) {
      reject(error);
      throw error;
    }
  };
  const move = (make: () => Promise<Next>) => {
    iterated = true;
    return watched(make());
  };
  /** Runs to the end if nobody iterates. */
  const drain = async () => {
    // Who awaits and iterates may begin to iterate in the same task.
    await eventLoopTurn();
    while (!iterated && !(await watched(events.next())).done);
  };
  const settled = () => {
    if (!awaited && !iterated) drain().catch(() => {});
    awaited = true;
    return result;
  };
  return {
    next: () => move(() => events.next()),
    return(value) {
      // It may be paused.
      stop();
      return move(() => events.return(value as Result));
    },
    throw: (error) => move(() => events.throw(error)),
    [Symbol.asyncIterator]() {
      iterated = true;
      return this;
    },
    // biome-ignore lint/suspicious/noThenProperty: a run is awaited for its result
    then: (done, failed) => settled().then(done, failed),
    catch: (failed) => settled().catch(failed),
    finally: (ended) => settled().finally(ended),
    ...{ pause, resume, stop, adjust },
  };
}

/** A run that `begin` creates when the first event is requested; `end` is called after it. Controls wait for it. */
export function runLater(begin: () => Promise<{ readonly run: Run; readonly end: () => Promise<void> }>): Run {
  let inner: Run | undefined;
  const waiting: ((run: Run) => void)[] = [];
  const use = (act: (run: Run) => void) => {
    if (inner) act(inner);
    else waiting.push(act);
  };
  async function* events(): Events {
    const { run, end } = await begin();
    try {
      inner = run;
      for (const act of waiting.splice(0)) act(run);
      return yield* run;
    } finally {
      await end();
    }
  }
  return runOf(events(), {
    pause: () => use((run) => run.pause()),
    resume: () => use((run) => run.resume()),
    stop: () => use((run) => run.stop()),
    adjust: (...given) => new Promise((resolve, reject) => use((run) => run.adjust(...given).then(resolve, reject))),
  });
}

/** `Promise.withResolvers`, which Node 20 lacks. */
export function withResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** The error of a run whose caller left its loop. */
function abandoned(): Error {
  return Object.assign(new Error("The job was left before its end."), { name: "AbortError" });
}
