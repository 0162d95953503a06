/** The messages between a page and the worker that computes for it. */
import { type ErrorCode, UserError } from "../errors.ts";
import type { Checkpoint } from "../transfer/checkpoint/checkpoint.ts";
import type { StylizeEvent } from "../transfer/events.ts";
import type { AdjustablePictures } from "../transfer/job.ts";
import type { Adjustments } from "../transfer/run/adjust.ts";
import type { StylizeOptions } from "../transfer/stylize.ts";
import type { MachineOptions, WebJob } from "./stylizer.ts";

/** The first message to a worker; it brings the port of the stylizer. Marked, because a worker may have messages of its own. */
export interface OpenMessage {
  readonly pastiche: "open";
  /** The name of a lock that the worker holds while it lives. */
  readonly lock: string;
  readonly options: WorkerMachineOptions;
}

/** What a worker can be told of a machine: no functions. */
export interface WorkerMachineOptions extends Omit<MachineOptions, "onProgress" | "onNote" | "runtime"> {
  /** `auto`, `webgpu` or `wasm`. */
  readonly runtime?: string | undefined;
}

/** What a worker can be told of a run: no functions; aborts are messages, and a history is the page's. */
export type WorkerRunOptions = Omit<StylizeOptions, "signal" | "wantsImage" | "wantsCheckpoint" | "history">;

/** To the stylizer. `stylize` brings the port of the run. */
export type StylizerRequest =
  | {
      readonly type: "stylize";
      readonly job: WebJob;
      readonly options: WorkerRunOptions;
      /** A checkpoint for the page's history after every so many steps. */
      readonly historyEvery?: number | undefined;
    }
  | { readonly type: "dispose" };

/** From the stylizer. */
export type StylizerReply =
  | { readonly type: "ready" | "disposed" }
  | { readonly type: "failed"; readonly error: PlainError }
  | { readonly type: "note"; readonly text: string }
  | { readonly type: "progress"; readonly received: number; readonly total: number | undefined };

/** To a run. `taken`: an event was taken; `leave`: no more events are wanted. */
export type RunRequest =
  | { readonly type: "pause" | "resume" | "stop" | "abort" | "leave" | "taken" }
  | {
      readonly type: "adjust";
      readonly id: number;
      readonly changes: Adjustments;
      readonly pictures: AdjustablePictures;
    };

/** From a run. */
export type RunReply =
  | { readonly type: "event"; readonly event: StylizeEvent }
  | { readonly type: "failed"; readonly error: PlainError }
  | { readonly type: "history"; readonly checkpoint: Checkpoint }
  | { readonly type: "adjusted"; readonly id: number; readonly error?: PlainError };

/** So many events may be on their way to a page: a worker that is ahead of it waits. */
export const AHEAD = 16;

/** An error as data: structured clones of errors lose their code. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly code?: ErrorCode;
}

export function plainError(error: unknown): PlainError {
  if (error instanceof UserError) return { name: error.name, message: error.message, code: error.code };
  if (error instanceof Error) return { name: error.name, message: error.message };
  return { name: "Error", message: String(error) };
}

export function errorFrom({ name, message, code }: PlainError): Error {
  return code ? new UserError(code, message) : Object.assign(new Error(message), { name });
}
