/** A prepared job: the request, completed from a checkpoint or a result. */
import type { Settings, SettingsInput } from "../../settings/settings.ts";
import type { Checkpoint } from "../../transfer/checkpoint/checkpoint.ts";
import type { StartEvent } from "../../transfer/events.ts";
import type { CheckpointStore } from "../files.ts";
import type { Origin } from "../record/notes.ts";
import type { Curves } from "../report/history.ts";
import type { JobRequest, OutputRequest, Sources } from "../request.ts";

/** A prepared job. Everything else is in its request. */
export interface PreparedJob {
  readonly request: JobRequest;
  readonly pictures: Sources;
  /** Complete, as they were requested, for the result's record. */
  readonly settings: Settings;
  /** For the stylizer; undefined: the checkpoint's own. */
  readonly given: SettingsInput | undefined;
  /** The checkpoint to resume from. */
  readonly resume?: Resumed | undefined;
  /** The checkpoint of another job to continue from. */
  readonly from?: Checkpoint | undefined;
  /** The checkpoint of another job that it, or its first run, continued from. */
  readonly origin?: Origin | undefined;
  /** Whether steps in eight bits count as faster, for the precision `auto`. */
  readonly eightBits?: boolean | undefined;
  /** Whether an existing file may be replaced without force, because this job wrote it before it was stopped. */
  replaces?(path: string): Promise<boolean>;
  /** Notes for users at the start. */
  remarks?(start: StartEvent): readonly string[];
}

export interface Resumed {
  readonly checkpoint: Checkpoint;
  readonly store: CheckpointStore;
  /** Of all runs so far, with curves. */
  readonly progress?: { readonly seconds: number; readonly curves: Curves } | undefined;
}

/** The output of a request that has one. */
export function outputOf({ output }: JobRequest): OutputRequest {
  return output || {};
}
