/** The files of a job, as an interface that a platform, a page or a test implements. */
import type { Drawing, EncodeOptions, OutputFormat, Picture } from "../platform/pictures.ts";
import type { Checkpoint } from "../transfer/checkpoint/checkpoint.ts";
import type { Paths } from "./paths.ts";

/** How a picture is read. */
export interface PictureOptions {
  /** Reduce a larger picture to this long side while it is decoded. */
  readonly longSide?: number | undefined;
  /** Count its flat colours before it is reduced, for masks. */
  readonly colors?: boolean | undefined;
  /** The most pixels to accept. */
  readonly maxPixels?: number | undefined;
  /** The most bytes that reading may take. */
  readonly memory?: number | undefined;
}

/** How a file is written. */
export interface FileOptions {
  /** Replace a file that exists. */
  readonly force?: boolean | undefined;
  /** Ends the wait for a reader of a named pipe. */
  readonly signal?: AbortSignal | undefined;
  /** Called once if a reader has to be waited for. */
  readonly onWait?: (() => void) | undefined;
}

/** Reads and writes the files of jobs. */
export interface JobFiles {
  readonly paths: Paths;
  /** The decoded picture at `path`; `-` is standard input, where there is one. Errors: `picture`, `usage`. */
  readPicture(path: string, options: PictureOptions): Promise<Picture>;
  encodePicture(format: OutputFormat, drawing: Drawing, options: EncodeOptions): Promise<Uint8Array>;
  /** The bytes of a file that a person named. Errors: `picture`. */
  readBytes(path: string): Promise<Uint8Array>;
  /** The bytes of an ordinary file; undefined where there is none that can be read. Never waits, never throws. */
  find(path: string): Promise<Uint8Array | undefined>;
  /** Whether anything exists under this path. */
  exists(path: string): Promise<boolean>;
  /** SHA-256 of bytes, 64 hexadecimal digits. */
  sha256(bytes: Uint8Array): string | Promise<string>;
  /** Throws a `file` error if `write` could not write `path` now, or, without `streams`, if it is a pipe or a device. */
  checkWritable(path: string, options?: { readonly force?: boolean; readonly streams?: boolean }): Promise<void>;
  /** Writes a file whole or not at all; without `force`, one that exists is a `file` error. `-` is standard output. */
  write(path: string, bytes: Uint8Array, options?: FileOptions): Promise<void>;
  /** Writes `path`, or if that exists the next free name (`out-2.png`); returns the path that was written. */
  writeBeside(path: string, bytes: Uint8Array, options?: Omit<FileOptions, "force">): Promise<string>;
  /** Removes temporary files that a killed process left when it was writing `path`. */
  removeTemporaries(path: string): Promise<void>;
  /** Whether `path` leads to one of the files at `others`. */
  isOneOf(path: string, others: readonly string[]): Promise<boolean>;
  makeFolder(path: string): Promise<void>;
  /** Takes the lock file `path` without waiting; undefined while another process holds it. */
  lock(path: string): Promise<Lock | undefined>;
  /** The checkpoints of the job whose result goes to `output`. */
  checkpoints(output: string): CheckpointStore;
  /** The newest valid checkpoint at `path`, or of the result at `path`. A `file` error if there is none. */
  readCheckpoint(path: string): Promise<StoredCheckpoint>;
}

/** A held lock. */
export interface Lock {
  release(): Promise<void>;
}

/** The checkpoints of a job: one is always valid, even while the next is being written. */
export interface CheckpointStore {
  /** The path for users. */
  readonly path: string;
  /** Whether there is a checkpoint, valid or not. */
  exists(): Promise<boolean>;
  /** Replaces the older one, atomically. Errors are `UserError`s with code `file`. */
  write(checkpoint: Checkpoint, notes: unknown): Promise<void>;
  /** Keeps only the last one, at `path`. */
  settle(): Promise<void>;
  /** Removes all checkpoints. */
  remove(): Promise<void>;
}

/** A checkpoint that was read, and where it is stored. */
export interface StoredCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly notes: unknown;
  /** SHA-256 of its content. */
  readonly digest: string;
  readonly slots: CheckpointStore;
  /** A sentence about the other copy, if that is damaged. */
  readonly problem: string | undefined;
}
