/**
 * Reads and writes safetensors files (an eight-byte length, a JSON header, the data), with every offset checked.
 * Format: github.com/huggingface/safetensors, "Format".
 */
import { decodeText, encodeText, Reader } from "./bytes.ts";
import { decodeFloats, encodeFloats, type FloatType, floatBytes } from "./floats.ts";
import { badFile, type StoredTensor, showName, showShape, sizeOf } from "./stored-tensors.ts";
import type { WeightTensor } from "./weights.ts";

const headerLimit = 100_000_000;
const rankLimit = 32;
const otherBytes: Record<string, number> = { I64: 8, U64: 8, I32: 4, U32: 4, I16: 2, U16: 2, I8: 1, U8: 1, BOOL: 1 };

/** A safetensors file whose header has been checked; tensors are read on demand. */
export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** The header's `__metadata__`. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The start of the data, in bytes from the start of the file. */
  readonly dataOffset: number;
}

/**
 * Checks a file's header and describes its tensors. Throws a `UserError` unless the tensors fill the data exactly: no
 * gap, no overlap, nothing outside, and each as long as its shape and type require.
 */
export function openSafetensors(bytes: Uint8Array): SafetensorsFile {
  const reader = new Reader(bytes);
  const length = reader.u64();
  if (length > headerLimit) throw badFile(`its header claims ${length} bytes; at most ${headerLimit} are allowed`);
  const text = decodeText(reader.take(length));
  const header = parseHeader(text);
  const data = bytes.subarray(8 + length);

  const metadata = new Map<string, string>();
  const tensors = new Map<string, StoredTensor>();
  const spans: { name: string; start: number; end: number }[] = [];
  for (const [name, entry] of header) {
    if (name === "__metadata__") {
      for (const [key, text] of Object.entries(record(entry, "__metadata__"))) {
        if (typeof text !== "string") throw badFile(`its metadata "${showName(key)}" is not text`);
        metadata.set(key, text);
      }
      continue;
    }
    const { dtype, shape, data_offsets: offsets } = record(entry, name);
    if (typeof dtype !== "string" || !numbers(shape) || shape.length > rankLimit || !numbers(offsets)) {
      throw badFile(`its entry "${showName(name)}" lacks a dtype, a shape or data_offsets`);
    }
    const [start, end] = offsets;
    if (offsets.length !== 2 || start! > end! || end! > data.length) {
      throw badFile(`"${showName(name)}" claims bytes ${offsets.slice(0, 2).join(" to ")} of ${data.length}`);
    }
    const size = isFloat(dtype) ? floatBytes[dtype] : Object.hasOwn(otherBytes, dtype) ? otherBytes[dtype]! : 0;
    if (size === 0) throw badFile(`"${showName(name)}" is of the unknown type ${showName(dtype)}`);
    if (sizeOf(shape) * size !== end! - start!) {
      throw badFile(`"${showName(name)}" (${showShape(shape)}, ${dtype}) claims ${end! - start!} bytes`);
    }
    spans.push({ name, start: start!, end: end! });
    tensors.set(name, {
      type: dtype,
      floats: isFloat(dtype),
      shape,
      read() {
        if (dtype === "I8")
          return new Float32Array(new Int8Array(data.buffer, data.byteOffset + start!, end! - start!));
        if (!isFloat(dtype)) throw badFile(`"${showName(name)}" is of type ${dtype}; expected F32, F16 or BF16`);
        return decodeFloats(data.subarray(start, end), dtype);
      },
    });
  }

  let at = 0;
  for (const span of spans.sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (span.start !== at) throw badFile(`"${showName(span.name)}" ${span.start < at ? "overlaps" : "leaves a gap"}`);
    at = span.end;
  }
  if (at !== data.length) throw badFile(`it holds ${data.length - at} bytes that belong to no tensor`);
  return { tensors, metadata, dataOffset: 8 + length };
}

/** All tensors of a file (F32, F16, BF16 or F64) as float32, and its metadata. Throws as `openSafetensors` does. */
export function parseSafetensors(bytes: Uint8Array): {
  tensors: Map<string, WeightTensor>;
  metadata: Map<string, string>;
} {
  const { tensors, metadata } = openSafetensors(bytes);
  const read = [...tensors].map(([name, tensor]) => [name, { shape: tensor.shape, data: tensor.read() }] as const);
  return { tensors: new Map(read), metadata: new Map(metadata) };
}

/**
 * A file with `tensors` in their order, as F32 (default) or rounded to F16, and `metadata` in its header. The data
 * starts at a multiple of eight bytes, so that it can be used in place.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, WeightTensor>,
  options?: SafetensorsOptions,
): Uint8Array<ArrayBuffer> {
  return joined(safetensorsPieces(tensors, options));
}

export interface SafetensorsOptions {
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly dtype?: "F32" | "F16" | undefined;
}

/** The same file in pieces: the header, then each tensor's data, which as F32 is the tensor's own memory. */
export function safetensorsPieces(
  tensors: ReadonlyMap<string, WeightTensor>,
  { metadata = {}, dtype = "F32" }: SafetensorsOptions = {},
): Uint8Array[] {
  let offset = 0;
  const entries: [string, unknown][] = Object.keys(metadata).length > 0 ? [["__metadata__", metadata]] : [];
  for (const [name, { shape, data }] of tensors) {
    if (sizeOf(shape) !== data.length) {
      throw new Error(`internal: "${name}" has ${data.length} numbers, not ${showShape(shape)}`);
    }
    const end = offset + data.length * floatBytes[dtype];
    entries.push([name, { dtype, shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  const json = encodeText(`{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`)}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const head = new Uint8Array(8 + length);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.fill(0x20, 8);
  head.set(json, 8);
  return [head, ...[...tensors.values()].map(({ data }) => encodeFloats(data, dtype))];
}

/** Concatenates pieces. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    file.set(piece, at);
    at += piece.length;
  }
  return file;
}

function isFloat(dtype: string): dtype is FloatType {
  return Object.hasOwn(floatBytes, dtype);
}

function numbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((x) => Number.isSafeInteger(x) && x >= 0);
}

function record(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badFile(`its entry "${showName(name)}" is not an object`);
  }
  return value as Record<string, unknown>;
}

/** The header's entries in order. JSON.parse silently keeps the last of two equal names; here they are an error. */
function parseHeader(text: string): [string, unknown][] {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw badFile("its header is not JSON; it is damaged or no safetensors file");
  }
  const entries = Object.entries(record(header, "header"));
  if (topLevelNames(text) !== entries.length) throw badFile("two of its entries have the same name");
  return entries;
}

/** The number of names in the outermost object of the valid JSON `text`, counting duplicates. */
function topLevelNames(text: string): number {
  let depth = 0;
  let names = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x22) {
      while (text.charCodeAt(++i) !== 0x22) if (text.charCodeAt(i) === 0x5c) i++;
    } else if (c === 0x7b || c === 0x5b) depth++;
    else if (c === 0x7d || c === 0x5d) depth--;
    else if (c === 0x3a && depth === 1) names++;
  }
  return names;
}
