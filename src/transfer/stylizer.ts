/**
 * A stylizer runs jobs on one runtime and reuses networks and compiled programs. The platform passes in functions that load
 * networks and read pictures.
 */

import { UserError } from "../errors.ts";
import * as colorModes from "../image/color-modes/index.ts";
import type { ColorMode } from "../image/color-modes/mode.ts";
import type { Image } from "../image/image.ts";
import { featureScale, scaleFeatures } from "../models/feature-scale.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import { givenSettings } from "../settings/changes.ts";
import type { Settings } from "../settings/settings.ts";
import { version } from "../version.ts";
import { beginning, branchFrom } from "./checkpoint/branch.ts";
import { carriedImage, checkCarries } from "./checkpoint/carry.ts";
import { checkFits } from "./checkpoint/resume.ts";
import type { Origin, Result, StartEvent, StylizeEvent } from "./events.ts";
import { secondsOf, type Timed, trialOf } from "./forecast/trial.ts";
import {
  type AnyJob,
  exchanged,
  type GivenJob,
  type Job,
  type JobWithParts,
  openedJob,
  type SourceReader,
  settingsOf,
} from "./job.ts";
import { levelBeginner, programCache } from "./level/begin.ts";
import { memoizeLast, memoizeLastAsync } from "./memoize.ts";
import { type Network, networkOf, type OwnModel } from "./network.ts";
import { checkOptions, jobOptions } from "./options.ts";
import { type OwnParts, optimizerOf } from "./parts.ts";
import { edgesOf } from "./pictures/edges.ts";
import { paintsGreys } from "./pictures/grey.ts";
import { listed, stylePicturesOf } from "./pictures/paintings.ts";
import { levelsOf, type Prepared, prepare, regionsIn } from "./pictures/prepare.ts";
import { withPhoto } from "./pictures/texture.ts";
import { planJob } from "./plan.ts";
import { eightBitsGain } from "./precision/gain.ts";
import { type Precision, precisionOf, withRanges } from "./precision/precision.ts";
import { type Control, control } from "./run/control.ts";
import { interval } from "./run/pace.ts";
import { type Run, runOf } from "./run/run.ts";
import { describeGraph, type Extractor } from "./step/step.ts";
import { terms, withoutPhoto } from "./step/terms.ts";
import {
  type Clock,
  type Handover,
  type Journey,
  type Plan,
  runLevels,
  runPlan,
  type StylizeOptions,
} from "./stylize.ts";

export type { GivenJob, Job, JobWithParts } from "./job.ts";
export type { Network } from "./network.ts";

/** What a stylizer needs from its platform. */
export interface StylizerOptions<Source = never> {
  readonly runtime: Runtime;
  /** The network of that name; `auto` is the best that is available. */
  readonly loadNetwork: (name: Settings["model"]) => Promise<Network>;
  /** Whether eight bits are faster than float32 on the runtime. By default measured on first use. */
  readonly gains?: () => Promise<boolean>;
  /** How many bytes a job may take, called when one begins; undefined or left out: no limit. */
  readonly memory?: (() => number | undefined) | undefined;
  /** How pictures, checkpoints and weights are read that are given as files. */
  readonly sources?: SourceReader<Source> | undefined;
  /** The peak memory of the process so far, in bytes, mostly for reading pictures; left out: unknown. */
  readonly peakSoFar?: (() => number) | undefined;
}

/** Runs a job. The settings of a job's own losses and optimiser are among its settings. */
export interface Stylize<Source, Options> {
  (job: GivenJob<Source>, options?: Options): Run;
  (job: JobWithParts<Source>, options?: Options): Run;
}

/** Runs jobs, one at a time, and reuses what they have in common. */
export interface Stylizer<Source = never> {
  /** Runs a job: see `Run`. Invalid jobs and options are `usage` errors before anything is computed. */
  readonly stylize: Stylize<Source, StylizeOptions>;
  /** Frees all programs. */
  dispose(): Promise<void>;
}

/**
 * A stylizer on `runtime`. It reuses the last network and the last step program where they fit. Jobs run one after the
 * other; one that is begun while another runs waits for its end.
 */
export function stylizerOn<Source = never>({
  runtime,
  loadNetwork,
  memory,
  peakSoFar,
  sources: reader,
  ...given
}: StylizerOptions<Source>): Stylizer<Source> {
  const network = memoizeLastAsync(loadNetwork);
  const ownNetwork = memoizeLastAsync((model: OwnModel<Source>) => networkOf(model, reader));
  const scaledWeights = memoizeLast(scaleFeatures);
  const turn = turns();
  const programs = programCache();
  let measured: Promise<boolean> | undefined;
  const gains = () => {
    measured ??= given.gains ? given.gains() : eightBitsGain(runtime).then((gain) => gain ?? false);
    return measured;
  };

  /** Checks a job and plans it, before its first step. The pictures are not referenced by the result. */
  async function planned(
    { settings: given, resume, from, losses, optimizer: mover, model, ...files }: Job,
    signal: AbortSignal | undefined,
    { model: known, precision: decided, origin: continued, again = cannot }: Known = {},
  ) {
    if (from && (resume || files.start)) {
      const other = resume ? "resume" : "start";
      throw new UserError("usage", `from: the job begins with that checkpoint; leave ${other} out.`);
    }
    const parts: OwnParts = { losses, optimizer: mover, model };
    const asked = settingsOf({ settings: given, resume, from, ...parts });
    const pictures = withPhoto(files, asked);
    const texture = !files.content;
    signal?.throwIfAborted();
    const name = known ?? (resume ?? from)?.model ?? asked.model;
    const { backbone, weights: own, digest } = model ? await ownNetwork(model) : await network(name);
    const weights = scaledWeights(backbone, own, featureScale(backbone, asked.gain));
    const { padding, workSize } = edgesOf(asked);
    const grey = paintsGreys(pictures, asked);
    const mode: ColorMode = colorModes[asked.color];
    const extractor: Extractor = {
      backbone,
      weights,
      padding,
      pooling: asked.pooling,
      grey: grey || mode.grey === true,
    };
    const termsIn = (regions?: Parameters<typeof terms>[1]) => {
      const found = terms(asked, regions, losses);
      return texture ? withoutPhoto(found) : found;
    };
    // Builds the graph only: an unknown layer is an error before any work.
    describeGraph(extractor, termsIn().features);
    // So are masks that do not fit, a setting for another number of paintings, and a job that is too large.
    const regions = regionsIn(pictures, asked);
    const all = termsIn(regions?.all.slice(0, regions.content.planes.length));
    const plain = optimizerOf(asked, mover);
    const levels = levelsOf(pictures, asked);
    const branch =
      from &&
      branchFrom(from, { settings: asked, levels, before: levelsOf(pictures, from.settings), optimizer: plain });
    const carried = branch?.carried ? from : undefined;
    const about = { model: backbone.name, weights: digest };
    const stylePictures = stylePicturesOf(listed(pictures.style), asked, levels.at(-1)!);
    const { settings, precision, ...plan } = await planJob({
      settings: asked,
      work: { extractor, terms: all, optimizer: plain, stylePictures },
      levels,
      workSize,
      limit: memory?.() ?? Infinity,
      resumed: (resume ?? carried)?.settings.tile,
      keeps: runtime.writable !== undefined,
      precision: async (settings, fits) =>
        decided ?? precisionOf({ settings, optimizer: plain, extractor, runtime, resume, carried, fits, gains }),
    });
    const optimizer = precision === "int8" ? withRanges(plain) : plain;
    if (resume) checkFits(resume, { ...about, settings, levels, optimizer });
    if (from) checkCarries(from, { ...about, settings, first: levels[branch!.level]! });
    const first = beginning({ resume, from, branch }, levels, optimizer, continued);
    const { origin } = first;
    const ready = prepare(pictures, settings, levels, regions, grey);
    const more = {
      ...(first.at.step > 0 && { resumed: first.at.step }),
      ...(origin && { from: origin }),
      ...(plan.largest !== undefined && { largest: plan.largest }),
      ...(regions && { regions: regions.all }),
    };
    const { steps, work } = plan;
    const facts = { levels, steps, work, tile: settings.tile, peak: Math.max(plan.peak, peakSoFar?.() ?? 0) };
    const start: StartEvent = { type: "start", ...about, runtime: runtime.description, precision, ...facts, ...more };
    const paintings = listed(pictures.style).length;
    const run: Plan["run"] = (journey, at) => {
      const notes: string[] = [];
      const common = {
        runtime,
        extractor,
        terms: all,
        optimizer,
        settings,
        pictures: ready,
        parts,
        programs,
        precision,
        keep: plan.keep,
      };
      const begin = levelBeginner({ ...common, say: (text) => notes.push(text) });
      const facts = { version, ...about, runtime: runtime.description, precision, ...(origin && { from: origin }) };
      const machine = { runtime, optimizer, about: facts, begin, notes: () => notes.splice(0) };
      const free = texture && !regions;
      const begins = { begin: at ?? first.at, state: at ? at.tensors : first.state, handedOver: at !== undefined };
      const course = { ...ready, work, free, ...begins, ...(from && { start: () => carriedImage(from) }) };
      return finished(runLevels(machine, course, settings, journey), ready.finish);
    };
    const timed = { ...start, settings, parts, paintings, photo: !texture, grey, done: first.at.step };
    const whole: Plan = {
      levels,
      settings,
      parts,
      run,
      again: (...change) => again({ model: name, precision, origin }, ...change),
    };
    return { start, plan: whole, name, timed };
  }

  /** How long the job will take, by a trial with the same network; undefined if that is unknown. */
  async function secondsLeft(
    { timed, name }: { readonly timed: Timed; readonly name: Settings["model"] },
    { trial: share, signal }: StylizeOptions,
  ) {
    const trial = share && trialOf(timed, share);
    if (!trial) return undefined;
    try {
      const { plan } = await planned(trial.job, signal, { model: name });
      const alone: Clock = { seconds: () => 0, pause: (wait) => wait() };
      return await secondsOf(timed, trial, runPlan(plan, journeyOf({ signal }, control(), alone)));
    } catch (error) {
      // If the trial fails, the job may still succeed.
      if (signal?.aborted) throw error;
      return undefined;
    }
  }

  /** The plan of a job, and how to plan it anew while it runs, if its pictures are kept. */
  async function begun(job: Job, { signal, keepPictures }: StylizeOptions) {
    if (!keepPictures) return planned(job, signal);
    let now = job;
    const again: Again = async (known, settings, pictures) => {
      // The initial pictures are not needed any more.
      const { resume: _, from: __, ...files } = now;
      const next = await exchanged({ ...files, settings: givenSettings(settings) }, pictures, reader);
      const { plan } = await planned(next, signal, { ...known, again });
      now = next;
      return plan;
    };
    return planned(job, signal, { again });
  }

  /** `take` returns the job once: a generator references its arguments until it ends, and pictures are large. */
  async function* course(
    take: () => Promise<Job>,
    options: StylizeOptions,
    control: Control<Plan>,
  ): AsyncGenerator<StylizeEvent, Result> {
    let done = await turn();
    try {
      const clock = stopwatch(
        () => done(),
        async () => {
          done = await turn();
        },
      );
      const { start, plan, ...job } = await begun(await take(), options);
      control.begin(plan);
      const seconds = await secondsLeft(job, options);
      yield { ...start, ...(seconds !== undefined && { seconds }) };
      options.signal?.throwIfAborted();
      return yield* runPlan(plan, journeyOf(options, control, clock));
    } finally {
      done();
      control.end();
    }
  }

  return {
    stylize(job: AnyJob<Source>, options: StylizeOptions = {}) {
      let held: AnyJob<Source> | undefined = job;
      const take = async () => {
        const taken = held!;
        held = undefined;
        checkOptions(options, jobOptions);
        return openedJob(taken, reader);
      };
      const controls = control<Plan>();
      return runOf(course(take, options, controls), controls);
    },
    dispose: programs.dispose,
  };
}

/** Plans the job anew with these settings and pictures; `known` is unchanged. */
type Again = (known: Known, ...change: Parameters<Plan["again"]>) => Promise<Plan>;

/** Properties of a job that do not depend on its plan. */
interface Known {
  readonly model?: Settings["model"];
  readonly precision?: Precision;
  readonly origin?: Origin | undefined;
  readonly again?: Again;
}

const cannot: Again = async () => {
  const why = "targets would have to be described anew, for which the job must keep its pictures";
  throw new UserError("usage", `adjust: ${why}; begin it with keepPictures: true.`);
};

function journeyOf(options: StylizeOptions, control: Control<Plan>, clock: Clock): Journey {
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

/** The same events, with images converted for output. */
async function* finished(
  course: AsyncGenerator<StylizeEvent, Result | Handover>,
  finish: Prepared["finish"],
): AsyncGenerator<StylizeEvent, Result | Handover> {
  let image: Image | undefined;
  try {
    for (;;) {
      const { done, value } = await course.next();
      if (done) return "at" in value ? value : { ...value, image: image! };
      if (value.type === "image" || value.type === "done") image = finish(value.image);
      yield value.type === "image" || value.type === "done" ? { ...value, image: image! } : value;
    }
  } finally {
    await course.return(undefined as never);
  }
}

/** A lock: each call waits until the previous caller has called the function that it got. */
function turns(): () => Promise<() => void> {
  let last: Promise<void> = Promise.resolve();
  return async () => {
    const before = last;
    let done = () => {};
    last = new Promise((resolve) => {
      done = resolve;
    });
    await before;
    return done;
  };
}
