/** The events of one job of a stylizer, from the wait for its turn to its end. */
import { givenSettings } from "../settings/changes.ts";
import type { Result, StylizeEvent } from "./events.ts";
import { secondsOf, trialOf } from "./forecast/trial.ts";
import { exchanged, type Job, type SourceReader } from "./job.ts";
import { type Control, control } from "./run/control.ts";
import { interval } from "./run/pace.ts";
import { type PreparedJob, type Replan, type Shared, setUpJob } from "./setup.ts";
import { type Clock, type Plan, type RunContext, runPlan, type StylizeOptions } from "./stylize.ts";

/** Resolves when no other job runs, with a function that must be called when this one does not any more. */
export type Lock = () => Promise<() => void>;

/** What the events of a job come from. */
export interface JobSource<Source> {
  readonly shared: Shared;
  readonly lock: Lock;
  readonly reader: SourceReader<Source> | undefined;
  /** The job, once: a generator references its arguments until it ends, and pictures are large. */
  take(): Promise<Job>;
}

/** Runs a job when it is its turn, under `control`. Errors as of `setUpJob`, and those of its run. */
export async function* jobEvents<Source>(
  { shared, lock, reader, take }: JobSource<Source>,
  options: StylizeOptions,
  control: Control<Plan>,
): AsyncGenerator<StylizeEvent, Result> {
  let release = await lock();
  try {
    const clock = stopwatch(
      () => release(),
      async () => {
        release = await lock();
      },
    );
    const { start, plan, timed } = await begun(shared, await take(), options, reader);
    control.begin(plan);
    const seconds = await secondsLeft(shared, timed, options);
    yield { ...start, ...(seconds !== undefined && { seconds }) };
    options.signal?.throwIfAborted();
    return yield* runPlan(plan, contextOf(options, control, clock));
  } finally {
    release();
    control.end();
  }
}

/** The job, set up; anew with other settings while it runs, if its pictures are kept. */
async function begun<Source>(
  shared: Shared,
  job: Job,
  { signal, keepPictures }: StylizeOptions,
  reader: SourceReader<Source> | undefined,
): Promise<PreparedJob> {
  if (!keepPictures) return setUpJob(shared, job, signal);
  let now = job;
  const replan: Replan = async (fixed, settings, pictures) => {
    // The initial pictures are not needed any more.
    const { resume: _, from: __, ...files } = now;
    const next = await exchanged({ ...files, settings: givenSettings(settings) }, pictures, reader);
    const { plan } = await setUpJob(shared, next, signal, { ...fixed, replan });
    now = next;
    return plan;
  };
  return setUpJob(shared, job, signal, { replan });
}

/** How long the job will take, by a trial with the same network; undefined if that is unknown. */
async function secondsLeft(
  shared: Shared,
  timed: PreparedJob["timed"],
  { trial: share, signal }: StylizeOptions,
): Promise<number | undefined> {
  const trial = share && trialOf(timed, share);
  if (!trial) return undefined;
  try {
    const { plan } = await setUpJob(shared, trial.job, signal, { network: timed.network });
    const alone: Clock = { seconds: () => 0, pause: (wait) => wait() };
    return await secondsOf(timed, trial, runPlan(plan, contextOf({ signal }, control(), alone)));
  } catch (error) {
    // If the trial fails, the job may still succeed.
    if (signal?.aborted) throw error;
    return undefined;
  }
}

function contextOf(options: StylizeOptions, control: Control<Plan>, clock: Clock): RunContext {
  const due = { previewDue: interval(options.previewEvery), checkpointDue: interval(options.checkpointEvery) };
  return { options, control, clock, ...due, adjusted: [] };
}

/** The clock of a job; others run while it is paused, between `release` and `reacquire`. */
function stopwatch(release: () => void, reacquire: () => Promise<void>): Clock {
  const begun = performance.now();
  let paused = 0;
  return {
    seconds: () => (performance.now() - begun - paused) / 1000,
    async pause(wait, goesOn) {
      const from = performance.now();
      release();
      await wait();
      if (goesOn()) await reacquire();
      paused += performance.now() - from;
    },
  };
}

/** A lock whose callers wait in the order of their calls. */
export function lock(): Lock {
  let last: Promise<void> = Promise.resolve();
  return async () => {
    const before = last;
    let release = () => {};
    last = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    return release;
  };
}
