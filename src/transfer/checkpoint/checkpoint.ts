/**
 * Encodes the state of a job as a safetensors file, with settings and progress in its metadata and a SHA-256 over
 * everything; and decodes it. A hash function may be passed in.
 */
import { UserError } from "../../errors.ts";
import type { Size } from "../../image/image.ts";
import { isRecord } from "../../records.ts";
import { recordedSettings } from "../../settings/changes.ts";
import type { Settings } from "../../settings/settings.ts";
import { sha256 } from "../../sha256.ts";
import { joined, parseSafetensors, safetensorsPieces } from "../../weights/safetensors.ts";
import type { WeightTensor } from "../../weights/weights.ts";

/** The complete state of a job after a step: together with its pictures, everything needed to continue. */
export interface Checkpoint {
  /** The complete settings of the job. */
  readonly settings: Settings;
  readonly model: string;
  /** A digest of the weights' file. */
  readonly weights: string;
  /** The runtime: on another one the last bits may differ. */
  readonly runtime: string;
  /** Steps done, and steps of the whole job. */
  readonly step: number;
  readonly steps: number;
  /** The index of the current level. */
  readonly level: number;
  /** The size of that level's picture, without margin. */
  readonly size: Size;
  /** `image` (where the next step starts), `shown` (the image to show) and `state NAME` (the optimiser's state). */
  readonly tensors: ReadonlyMap<string, WeightTensor>;
}

/** SHA-256 as 64 hexadecimal digits. */
export type Sha256 = (bytes: Uint8Array) => string | Promise<string>;

/** To be raised when earlier versions can no longer be read. */
const VERSION = "1";
const FORMAT = "pastiche checkpoint";

/** The digest comes first in the header; it is computed with zeros in its place. */
const BEFORE_DIGEST = '{"__metadata__":{"sha256":"';
const DIGEST_AT = 8 + BEFORE_DIGEST.length;
const NO_DIGEST = "0".repeat(64);

/** SHA-256 by Web Crypto, which Node and browsers have; browsers on secure pages only. */
const webSha256: Sha256 = async (bytes) => {
  const digest = await sha256(bytes);
  if (digest !== undefined) return digest;
  const where = "on pages from https or localhost only";
  throw new UserError("usage", `A checkpoint needs SHA-256, which browsers have ${where}; pass a function for it.`);
};

/** The bytes of a checkpoint's file. `notes` are any JSON of the caller, returned by `decodeCheckpoint`. */
export async function encodeCheckpoint(
  checkpoint: Checkpoint,
  sha256: Sha256 = webSha256,
  notes: unknown = null,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = joined(unsigned(checkpoint, notes));
  putDigest(bytes, await sha256(bytes));
  return bytes;
}

/**
 * The same bytes in pieces, most of them the checkpoint's own memory, because large images should not be copied.
 * `sha256` hashes all pieces in order.
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

/** A checkpoint's file in pieces, with zeros in place of its digest, which is in the first piece. */
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
 * Decodes a checkpoint and verifies its digest. Throws a `file` error whose message follows the file's name. `bytes`
 * are restored afterwards and become the checkpoint's memory.
 */
export async function decodeCheckpoint(
  bytes: Uint8Array,
  sha256: Sha256 = webSha256,
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

/** The checkpoint in `bytes`; an error begins with `name`. */
export async function checkpointIn(bytes: Uint8Array, name = "The checkpoint"): Promise<Checkpoint> {
  try {
    return (await decodeCheckpoint(bytes)).checkpoint;
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== "file") throw error;
    throw new UserError("file", `${name} ${error.message}.`, { cause: error });
  }
}

/** The digest of the bytes with zeros in the digest's place, without copying them. */
async function unsignedDigest(bytes: Uint8Array, digest: string, sha256: Sha256): Promise<string> {
  putDigest(bytes, NO_DIGEST);
  try {
    return await sha256(bytes);
  } finally {
    putDigest(bytes, digest);
  }
}

/** Everything but the tensors, from the metadata's JSON. Throws if it is incomplete. */
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

/** The result of `read`. Since the digest matches, a failure means that another version of pastiche wrote it. */
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
