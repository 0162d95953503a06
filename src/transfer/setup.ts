/** Sets a job up: checks it, plans it and prepares its pictures, before its first step. */
import { UserError } from "../errors.ts";
import type { Image } from "../image/image.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import type { Level } from "../schedule/pyramid.ts";
import type { Settings } from "../settings/settings.ts";
import { version } from "../version.ts";
import { type Beginning, beginning, branchFrom } from "./checkpoint/branch.ts";
import { carriedImage, checkCarries } from "./checkpoint/carry.ts";
import { checkFits } from "./checkpoint/resume.ts";
import type { LevelWork, Origin, Result, StartEvent, StylizeEvent } from "./events.ts";
import type { Work } from "./forecast/memory.ts";
import type { Timed } from "./forecast/trial.ts";
import { type Job, settingsOf } from "./job.ts";
import { type LevelsInput, levelBeginner } from "./level/begin.ts";
import type { ProgramCache } from "./level/program-cache.ts";
import type { NetworkLoader } from "./network.ts";
import { objectiveOf } from "./objective.ts";
import { type OwnParts, optimizerOf } from "./parts.ts";
import { edgesOf } from "./pictures/edges.ts";
import { listed, stylePicturesOf } from "./pictures/paintings.ts";
import { levelsOf, type Prepared, prepare } from "./pictures/prepare.ts";
import type { Regions } from "./pictures/regions.ts";
import { withPhoto } from "./pictures/texture.ts";
import { type JobPlan, planJob } from "./plan.ts";
import { type Precision, type PrecisionInput, precisionOf, withRanges } from "./precision/precision.ts";
import { type Handover, type LevelSequence, type Machine, type Plan, runLevels } from "./stylize.ts";

/** What the jobs of a stylizer share. */
export interface Shared {
  readonly runtime: Runtime;
  readonly programs: ProgramCache;
  readonly loadNetwork: NetworkLoader;
  /** Whether eight bits are faster than float32 on the runtime. */
  gains(): Promise<boolean>;
  /** How many bytes a job may take that begins now; Infinity without a limit. */
  memoryLimit(): number;
  /** The peak memory of the process so far, in bytes; 0 if unknown. */
  peakSoFar(): number;
}

/** A job that is ready to run. It does not hold the pictures as they were given. */
export interface PreparedJob {
  readonly start: StartEvent;
  readonly plan: Plan;
  /** What a prediction of its time needs; `network` as it was asked for. */
  readonly timed: Timed & { readonly network: Settings["model"] };
}

/** What stays as it is when a job is set up anew while it runs. */
export interface Fixed {
  readonly network?: Settings["model"];
  readonly precision?: Precision | undefined;
  readonly origin?: Origin | undefined;
  readonly replan?: Replan;
}

/** Sets the job up anew with these settings and pictures; `fixed` is unchanged. */
export type Replan = (fixed: Fixed, ...change: Parameters<Plan["replan"]>) => Promise<Plan>;

/**
 * Sets `job` up. Everything that a caller can get wrong is an error here: `usage` for settings, pictures, masks, layers and
 * checkpoints that do not fit, `resources` for a job that is too large, and those of loading its network.
 */
export async function setUpJob(
  shared: Shared,
  { settings: given, resume, from, losses, optimizer: mover, model, ...files }: Job,
  signal: AbortSignal | undefined,
  fixed: Fixed = {},
): Promise<PreparedJob> {
  if (from && (resume || files.start)) {
    const other = resume ? "resume" : "start";
    throw new UserError("usage", `from: the job begins with that checkpoint; leave ${other} out.`);
  }
  const { runtime, programs } = shared;
  const parts: OwnParts = { losses, optimizer: mover, model };
  const asked = settingsOf({ settings: given, resume, from, ...parts });
  const pictures = withPhoto(files, asked);
  const texture = !files.content;
  signal?.throwIfAborted();
  const { replan = cannot, network: name = (resume ?? from)?.model ?? asked.model } = fixed;
  const network = await shared.loadNetwork(model ?? name, asked.gain);
  const { extractor, terms, regions, grey } = objectiveOf(pictures, asked, network, { losses, texture });
  const plain = optimizerOf(asked, mover);
  const levels = levelsOf(pictures, asked);
  const branch =
    from && branchFrom(from, { settings: asked, levels, before: levelsOf(pictures, from.settings), optimizer: plain });
  const carried = branch?.carried ? from : undefined;
  const styles = listed(pictures.style);
  const work = { extractor, terms, optimizer: plain, stylePictures: stylePicturesOf(styles, asked, levels.at(-1)!) };
  const plan = await planOn(shared, asked, work, levels, { resume, carried, precision: fixed.precision });
  const { settings, precision, keep, tight } = plan;
  const optimizer = precision === "int8" ? withRanges(plain) : plain;
  const about = { model: network.backbone.name, weights: network.digest };
  if (resume) checkFits(resume, { ...about, settings, levels, optimizer });
  if (from) checkCarries(from, { ...about, settings, first: levels[branch!.level]! });
  const first = beginning({ resume, from, branch }, levels, optimizer, fixed.origin);
  const { origin } = first;
  const ready = prepare(pictures, settings, levels, regions, grey);
  const made = { ...about, runtime: runtime.description, precision };
  const run = runnerOf(
    { runtime, programs, extractor, terms, optimizer, settings, pictures: ready, parts, precision, keep, tight },
    {
      about: { version, ...made, ...(origin && { from: origin }) },
      work: plan.work,
      first,
      free: texture && !regions,
      ...(from && { start: () => carriedImage(from) }),
    },
  );
  const peak = Math.max(plan.peak, shared.peakSoFar());
  const start = startEvent({ ...plan, peak }, made, first, regions);
  return {
    start,
    plan: {
      ...{ levels, settings, parts, run },
      replan: (...change) => replan({ network: name, precision, origin }, ...change),
    },
    timed: {
      ...{ ...start, settings, parts, grey },
      ...{ paintings: styles.length, photo: !texture, done: first.at.step, network: name },
    },
  };
}

/** Decides tiles and precision, within the memory that a job may take now. */
function planOn(
  { runtime, gains, memoryLimit }: Shared,
  settings: Settings,
  work: Work & Pick<PrecisionInput, "extractor">,
  levels: readonly Level[],
  { resume, carried, precision: decided }: Pick<PrecisionInput, "resume" | "carried"> & Pick<Fixed, "precision">,
): Promise<JobPlan> {
  const { extractor, optimizer } = work;
  return planJob({
    settings,
    work,
    levels,
    workSize: edgesOf(settings).workSize,
    limit: memoryLimit(),
    resumed: (resume ?? carried)?.settings.tile,
    keeps: runtime.writable !== undefined,
    precision: async (settings, fits) =>
      decided ?? precisionOf({ settings, optimizer, extractor, runtime, resume, carried, fits, gains }),
  });
}

function startEvent(
  { settings, levels, steps, work, peak, largest }: JobPlan,
  made: Pick<StartEvent, "model" | "weights" | "runtime" | "precision">,
  { at, origin }: Beginning,
  regions: Regions | undefined,
): StartEvent {
  return {
    type: "start",
    ...made,
    ...{ levels, steps, work, tile: settings.tile, peak },
    ...(at.step > 0 && { resumed: at.step }),
    ...(origin && { from: origin }),
    ...(largest !== undefined && { largest }),
    ...(regions && { regions: regions.all }),
  };
}

const cannot: Replan = async () => {
  const why = "targets would have to be described anew, for which the job must keep its pictures";
  throw new UserError("usage", `adjust: ${why}; begin it with keepPictures: true.`);
};

interface Running extends Pick<Machine, "about">, Pick<LevelSequence, "free"> {
  readonly work: readonly LevelWork[];
  readonly first: Beginning;
  /** The image of the checkpoint that the job goes on from, instead of the prepared one. */
  readonly start?: LevelSequence["start"];
}

/** Runs the levels of a job, from its beginning or from a later checkpoint. */
function runnerOf(input: Omit<LevelsInput, "say">, { about, work, first, free, start }: Running): Plan["run"] {
  const { runtime, optimizer, settings, pictures } = input;
  return (context, at) => {
    const notes: string[] = [];
    const begin = levelBeginner({ ...input, say: (text) => notes.push(text) });
    const machine: Machine = { runtime, optimizer, about, begin, notes: () => notes.splice(0) };
    const begins = { begin: at ?? first.at, state: at ? at.tensors : first.state, handedOver: at !== undefined };
    const sequence: LevelSequence = { ...pictures, work, free, ...begins, ...(start && { start }) };
    return finished(runLevels(machine, sequence, settings, context), pictures.finish);
  };
}

/** The same events, with images converted for output. */
async function* finished(
  events: AsyncGenerator<StylizeEvent, Result | Handover>,
  finish: Prepared["finish"],
): AsyncGenerator<StylizeEvent, Result | Handover> {
  let image: Image | undefined;
  try {
    for (;;) {
      const { done, value } = await events.next();
      if (done) return "at" in value ? value : { ...value, image: image! };
      if (value.type === "image" || value.type === "done") image = finish(value.image);
      yield value.type === "image" || value.type === "done" ? { ...value, image: image! } : value;
    }
  } finally {
    await events.return(undefined as never);
  }
}
