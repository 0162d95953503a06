/**
 * The common result of all readers of weights files: tensors that are described but not read yet, so that everything is
 * checked before memory is spent.
 */
import { cleaned, UserError } from "../errors.ts";

/** One tensor in a file. */
export interface StoredTensor {
  /** The format's name of the type, for messages: `F32`, `FloatStorage`, `<f4`. */
  readonly type: string;
  /** Whether `type` is one of floats. */
  readonly floats: boolean;
  readonly shape: readonly number[];
  /** The values, row-major, possibly a view of the file's bytes. Throws a `UserError` if `type` is neither floats nor
   * eight-bit integers. */
  read(): Float32Array;
}

/** Tensors by their names in the file. */
export type StoredTensors = ReadonlyMap<string, StoredTensor>;

/** The error for a damaged, hostile or unsuitable weights file. `read.ts` prepends the file's name. */
export function badFile(message: string): UserError {
  return new UserError("model", message);
}

/** The number of elements of a shape; throws if no machine could address it. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const extent of shape) {
    if (!Number.isSafeInteger(extent) || extent < 0) throw badFile(`a shape holds ${String(extent)}, not a size`);
    size *= extent;
    if (!Number.isSafeInteger(size)) throw badFile(`the shape ${showShape(shape)} is larger than any memory`);
  }
  return size;
}

/** A shape in messages: `64 x 3 x 3 x 3`. */
export function showShape(shape: readonly number[]): string {
  if (shape.length > 8) return `of ${shape.length} dimensions`;
  return shape.length === 0 ? "a single number" : shape.join(" x ");
}

/** A name from a file, made safe to print: short, no control characters. */
export function showName(name: string): string {
  const clean = cleaned(name);
  return clean.length > 60 ? `${clean.slice(0, 57)}...` : clean;
}
