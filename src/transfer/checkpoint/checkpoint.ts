/**
 * A job on the way as bytes, and back: a safetensors file whose metadata holds what was asked for and how far it came, and
 * the SHA-256 of everything in it. It refuses to know files and runtimes; who hashes is passed in.
 */
import { UserError } from "../../errors.ts";
import type { Size } from "../../image/image.ts";
import { isRecord } from "../../records.ts";
import { recordedSettings } from "../../settings/changes.ts";
import type { Settings } from "../../settings/settings.ts";
import { joined, parseSafetensors, safetensorsPieces } from "../../weights/safetensors.ts";
import type { WeightTensor } from "../../weights/weights.ts";

/** The whole state of a job after a step: with its pictures, all that is needed to go on. */
export interface Checkpoint {
  /** The complete settings of the job. */
  readonly settings: Settings;
  readonly model: string;
  /** Which weights: a digest of their file. */
  readonly weights: string;
  /** What it ran on: elsewhere the last bits may differ. */
  readonly runtime: string;
  /** Steps done in the whole job, and of how many. */
  readonly step: number;
  readonly steps: number;
  /** Index of the level that was being worked on. */
  readonly level: number;
  /** Of that level's picture, without what is around it. */
  readonly size: Size;
  /** `image` (where the next step begins), `shown` (what people see) and `state NAME` (what the optimiser remembers). */
  readonly tensors: ReadonlyMap<string, WeightTensor>;
}

/** SHA-256 as 64 hexadecimal digits. */
export type Sha256 = (bytes: Uint8Array) => string | Promise<string>;

/** Raised when earlier versions could no longer be read as they are. */
const VERSION = "1";
const FORMAT = "pastiche checkpoint";

/** The digest stands first in the header; it is computed with zeros in its place. */
const BEFORE_DIGEST = '{"__metadata__":{"sha256":"';
const DIGEST_AT = 8 + BEFORE_DIGEST.length;
const NO_DIGEST = "0".repeat(64);

/** The bytes of a checkpoint's file. `notes` are the caller's: any JSON, given back by `decodeCheckpoint`. */
export async function encodeCheckpoint(
  checkpoint: Checkpoint,
  sha256: Sha256,
  notes: unknown = null,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = joined(unsigned(checkpoint, notes));
  putDigest(bytes, await sha256(bytes));
  return bytes;
}

/**
 * The same bytes in pieces, most of them the checkpoint's own memory: that of a huge picture is not to be held twice.
 * `sha256` is that of all pieces, one after the other.
 */
export async function checkpointPieces(
  checkpoint: Checkpoint,
  sha256: (pieces: readonly Uint8Array[]) => string | Promise<string>,
  notes: unknown = null,
): Promise<readonly Uint8Array[]> {
  const pieces = unsigned(checkpoint, notes);
  putDigest(pieces[0]!, await sha256(pieces));
  return pieces;
}

/** A checkpoint's file in pieces, zeros in place of its digest, which is in the first. */
function unsigned({ tensors, ...job }: Checkpoint, notes: unknown): Uint8Array[] {
  const metadata = {
    sha256: NO_DIGEST,
    format: FORMAT,
    version: VERSION,
    job: JSON.stringify(job),
    notes: JSON.stringify(notes),
  };
  return safetensorsPieces(tensors, { metadata });
}

/**
 * A checkpoint from the bytes of its file, after its digest was compared. Throws a `file` error whose message is to follow
 * the file's name. `bytes` are as they were afterwards, and are the checkpoint's memory.
 */
export async function decodeCheckpoint(
  bytes: Uint8Array,
  sha256: Sha256,
): Promise<{ checkpoint: Checkpoint; notes: unknown; digest: string }> {
  const { metadata, tensors } = opened(bytes);
  if (metadata.get("format") !== FORMAT) throw unusable("is no checkpoint of pastiche");
  const version = metadata.get("version");
  if (version !== VERSION) {
    throw unusable(
      `is a checkpoint of version ${String(version).slice(0, 20)}, and this pastiche reads version ${VERSION}; resume it with the pastiche that wrote it`,
    );
  }
  const digest = metadata.get("sha256") ?? "";
  const inPlace = digestIn(bytes) === digest;
  if (!inPlace || (await unsignedDigest(bytes, digest, sha256)) !== digest) {
    throw unusable("is damaged: its digest is not that of what it holds");
  }
  const { settings, ...job } = understood(() => readHead(metadata.get("job") ?? "null"));
  const checkpoint = { ...job, settings: understood(() => recordedSettings(settings)), tensors };
  return { checkpoint, notes: understood(() => JSON.parse(metadata.get("notes") ?? "null")), digest };
}

/** The digest of what is digested: the same bytes with zeros in the digest's place, without a copy of them. */
async function unsignedDigest(bytes: Uint8Array, digest: string, sha256: Sha256): Promise<string> {
  putDigest(bytes, NO_DIGEST);
  try {
    return await sha256(bytes);
  } finally {
    putDigest(bytes, digest);
  }
}

/** All of a checkpoint but its tensors, from the JSON of its metadata. Throws if it is not complete. */
function readHead(json: string): Omit<Checkpoint, "tensors"> {
  const head: unknown = JSON.parse(json);
  if (!isRecord(head) || !isRecord(head.settings) || !isRecord(head.size)) throw new TypeError("no checkpoint's head");
  const { settings, model, weights, runtime, step, steps, level } = head;
  const { width, height } = head.size;
  const texts = [model, weights, runtime].every((text) => typeof text === "string");
  const counts = [step, steps, level, width, height].every(
    (count) => Number.isSafeInteger(count) && Number(count) >= 0,
  );
  if (!texts || !counts || width === 0 || height === 0) throw new TypeError("a checkpoint's head with other values");
  return { settings, model, weights, runtime, step, steps, level, size: { width, height } } as Omit<
    Checkpoint,
    "tensors"
  >;
}

function opened(bytes: Uint8Array): ReturnType<typeof parseSafetensors> {
  try {
    return parseSafetensors(bytes);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw unusable(`is damaged or no checkpoint: ${error.message}`, error);
  }
}

/** What `read` returns. The digest fits, so a failure means words of another pastiche: settings of tomorrow, say. */
function understood<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const why = error instanceof UserError ? error.message : "its description is not as expected";
    throw unusable(`was written by another pastiche, which this one does not understand: ${why}`, error);
  }
}

function putDigest(bytes: Uint8Array, digest: string): void {
  for (let i = 0; i < NO_DIGEST.length; i++) bytes[DIGEST_AT + i] = digest.charCodeAt(i);
}

function digestIn(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(DIGEST_AT, DIGEST_AT + NO_DIGEST.length));
}

function unusable(what: string, cause?: unknown): UserError {
  return new UserError("file", what, { cause });
}
