/** The events of a job that are not the stylizer's own: plain records. */
import type { Size } from "../image/image.ts";
import type { Settings } from "../settings/settings.ts";
import type { NoteEvent, StartEvent, StylizeEvent } from "../transfer/events.ts";
import type { Curves } from "./report/history.ts";
import type { Sources } from "./request.ts";

/** The request is checked and the pictures are read. */
export interface PlannedEvent {
  readonly type: "planned";
  /** Where the result will go; undefined if it is not written. */
  readonly output: string | undefined;
  readonly pictures: Sources;
  /** Complete, as they were requested. */
  readonly settings: Settings;
}

/** The result of a job, complete or not. */
export interface JobResult {
  /** The file that holds the result; undefined if none was written. */
  readonly output: string | undefined;
  /** The size of the last image; undefined if there is none. */
  readonly size: Size | undefined;
  readonly step: number;
  /** Before the last step; NaN if there was no step. */
  readonly loss: number;
  /** Since the start; with `curves`, of all runs of the job. */
  readonly seconds: number;
  /** The start event; undefined if the job failed before. */
  readonly start: StartEvent | undefined;
  /** If they were requested. */
  readonly curves?: Curves | undefined;
}

/** The job is done and its files are written. */
export interface ResultEvent {
  readonly type: "result";
  readonly result: JobResult;
  /** The intended name, if another file appeared under it. */
  readonly taken?: string | undefined;
}

/** The job was stopped by its signal, or failed: then the error is thrown after this event. */
export interface StoppedEvent {
  readonly type: "stopped";
  readonly why: "stopped" | "failed";
  readonly result: JobResult;
  /** How to resume the job, if there is a checkpoint. */
  readonly resume?: Resumable | undefined;
}

/** A request for the rest of a stopped job. */
export interface Resumable {
  /** The checkpoint. */
  readonly resume: string;
  /** Whether `force` is needed to replace the output. */
  readonly force: boolean;
  /** The path of the report, if it is not beside the checkpoint. */
  readonly report?: string | undefined;
}

/** Any event of `runJob`. */
export type JobEvent = StylizeEvent | PlannedEvent | NoteEvent | ResultEvent | StoppedEvent;
