/** What a job tells while it runs, beside the stylizer's own events: plain records for every front door. */
import type { Size } from "../image/image.ts";
import type { Settings } from "../settings/settings.ts";
import type { NoteEvent, StartEvent, StylizeEvent } from "../transfer/events.ts";
import type { Curves } from "./report/history.ts";
import type { Sources } from "./request.ts";

/** Everything that could be refused has been checked, and the pictures are read. */
export interface PlannedEvent {
  readonly type: "planned";
  /** Where the result will go; undefined if it is not written. */
  readonly output: string | undefined;
  readonly pictures: Sources;
  /** Complete, as they were asked for. */
  readonly settings: Settings;
}

/** What a job has come to. */
export interface JobResult {
  /** The file that holds the result; undefined if none was written. */
  readonly output: string | undefined;
  /** The size of the last image; undefined if there is none. */
  readonly size: Size | undefined;
  readonly step: number;
  /** Before the last step; not a number where there was no step. */
  readonly loss: number;
  /** Since it began; with `curves`, of all its runs. */
  readonly seconds: number;
  /** What it ran on; undefined if it failed before. */
  readonly start: StartEvent | undefined;
  /** Where they were asked for. */
  readonly curves?: Curves | undefined;
}

/** The job is done and its files are written. */
export interface ResultEvent {
  readonly type: "result";
  readonly result: JobResult;
  /** The name that the result should have had: another file had it by now. */
  readonly taken?: string | undefined;
}

/** The job was stopped by its signal, or failed: then the error is thrown after this event. */
export interface StoppedEvent {
  readonly type: "stopped";
  readonly why: "stopped" | "failed";
  readonly result: JobResult;
  /** What goes on from here, where a checkpoint is kept. */
  readonly resume?: Resumable | undefined;
}

/** A request for the rest of a stopped job. */
export interface Resumable {
  /** The checkpoint. */
  readonly resume: string;
  /** The output has to be replaced by force. */
  readonly force: boolean;
  /** The report does not lie beside the checkpoint. */
  readonly report?: string | undefined;
}

export type JobEvent = StylizeEvent | PlannedEvent | NoteEvent | ResultEvent | StoppedEvent;
