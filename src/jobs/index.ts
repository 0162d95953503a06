/** Jobs from request to files. */

export type { Label } from "../settings/settings.ts";
export type { Roles } from "../transfer/pictures/roles.ts";
export { hasPhoto } from "./begin/carry.ts";
export type { JobEvent, JobResult, PlannedEvent, ResultEvent, Resumable, StoppedEvent } from "./events.ts";
export type { CheckpointStore, FileOptions, JobFiles, Lock, PictureOptions, StoredCheckpoint } from "./files.ts";
export { forecastJob } from "./forecast.ts";
export { defaultName } from "./output/output.ts";
export { type Paths, slashPaths } from "./paths.ts";
export { commandLine, commandWords, pathArgument, settingWords } from "./record/command.ts";
export { type ResultRecord, readResultRecord } from "./record/record.ts";
export { clock } from "./report/time.ts";
export {
  type CheckpointRequest,
  type JobRequest,
  type MachineRequest,
  type OutputRequest,
  type SnapshotRequest,
  type Source,
  type Sources,
  source,
} from "./request.ts";
export {
  type JobStylizer,
  type RunJobOptions,
  type RuntimeRequest,
  runJob,
  type StylizerSource,
} from "./run.ts";
