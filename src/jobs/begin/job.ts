/** A job that may be run: what was asked for, and what a checkpoint or a result added to that. */
import type { Settings, SettingsInput } from "../../settings/settings.ts";
import type { Checkpoint } from "../../transfer/checkpoint/checkpoint.ts";
import type { StartEvent } from "../../transfer/events.ts";
import type { CheckpointStore } from "../files.ts";
import type { Origin } from "../record/notes.ts";
import type { Curves } from "../report/history.ts";
import type { JobRequest, OutputRequest, Sources } from "../request.ts";

/** A job that may be run; what it does not say is as its request has it. */
export interface PreparedJob {
  readonly request: JobRequest;
  readonly pictures: Sources;
  /** Complete, as they were asked for: the result's record has them. */
  readonly settings: Settings;
  /** As the stylizer is given them; undefined: a checkpoint's own. */
  readonly given: SettingsInput | undefined;
  /** Goes on from there. */
  readonly resume?: Resumed | undefined;
  /** Goes on from that state of another job. */
  readonly from?: Checkpoint | undefined;
  /** What it went on from, now or before it was stopped. */
  readonly origin?: Origin | undefined;
  /** Whether steps in eight bits are taken to gain, where that is left to the machine. */
  readonly eightBits?: boolean | undefined;
  /** Whether a file that exists may be replaced without force: this very job made it before it was stopped. */
  replaces?(path: string): Promise<boolean>;
  /** What people should know when it starts. */
  remarks?(start: StartEvent): readonly string[];
}

export interface Resumed {
  readonly checkpoint: Checkpoint;
  readonly store: CheckpointStore;
  /** Of all runs so far, where curves are kept. */
  readonly progress?: { readonly seconds: number; readonly curves: Curves } | undefined;
}

/** The output of a request that has one. */
export function outputOf({ output }: JobRequest): OutputRequest {
  return output || {};
}
