/**
 * A stylizer runs jobs on one runtime and reuses networks and compiled programs. The platform passes in functions that load
 * networks and read pictures.
 */

import type { Runtime } from "../runtimes/runtime.ts";
import type { Settings } from "../settings/settings.ts";
import { type AnyJob, type GivenJob, type JobWithParts, openedJob, type SourceReader } from "./job.ts";
import { jobEvents, lock } from "./job-events.ts";
import { programCache } from "./level/program-cache.ts";
import { memoizeLast } from "./memoize.ts";
import { type Network, networkLoader } from "./network.ts";
import { checkOptions, jobOptions } from "./options.ts";
import { eightBitsGain } from "./precision/gain.ts";
import { control } from "./run/control.ts";
import { type Run, runOf } from "./run/run.ts";
import type { Shared } from "./setup.ts";
import type { Plan, StylizeOptions } from "./stylize.ts";

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
  gains,
  memory,
  peakSoFar,
  sources: reader,
}: StylizerOptions<Source>): Stylizer<Source> {
  const programs = programCache();
  const shared: Shared = {
    runtime,
    programs,
    loadNetwork: networkLoader(loadNetwork, reader),
    gains: memoizeLast(async () => (gains ? gains() : ((await eightBitsGain(runtime)) ?? false))),
    memoryLimit: () => memory?.() ?? Number.POSITIVE_INFINITY,
    peakSoFar: () => peakSoFar?.() ?? 0,
  };
  const turns = lock();
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
      return runOf(jobEvents({ shared, lock: turns, reader, take }, options, controls), controls);
    },
    dispose: programs.dispose,
  };
}
