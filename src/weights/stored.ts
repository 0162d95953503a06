/**
 * What all readers of weights files hand over: tensors that are described but not read yet, so that everything can be
 * checked before memory is spent. Refuses to know any format, any network and any file name.
 */
import { cleaned, UserError } from "../errors.ts";

/** One tensor in a file. */
export interface StoredTensor {
  /** As the format names it: `F32`, `FloatStorage`, `<f4`. For messages. */
  readonly type: string;
  /** Whether `type` is one that `read` can turn into floats. */
  readonly floats: boolean;
  readonly shape: readonly number[];
  /** The values, row-major, perhaps a view of the file's bytes. Throws a `UserError` if `type` holds no floats. */
  read(): Float32Array;
}

/** Tensors by the names that the file gives them. */
export type StoredTensors = ReadonlyMap<string, StoredTensor>;

/** The error for a damaged, hostile or unsuitable weights file. `read.ts` puts the file's name before it. */
export function badFile(message: string): UserError {
  return new UserError("model", message);
}

/** How many numbers a shape holds; refuses what no machine could address. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const extent of shape) {
    if (!Number.isSafeInteger(extent) || extent < 0) throw badFile(`a shape holds ${String(extent)}, not a size`);
    size *= extent;
    if (!Number.isSafeInteger(size)) throw badFile(`the shape ${showShape(shape)} is larger than any memory`);
  }
  return size;
}

/** A shape as messages show it: `64 x 3 x 3 x 3`. */
export function showShape(shape: readonly number[]): string {
  if (shape.length > 8) return `of ${shape.length} dimensions`;
  return shape.length === 0 ? "a single number" : shape.join(" x ");
}

/** A name out of a file, made safe to print: short, no control characters. */
export function showName(name: string): string {
  const clean = cleaned(name);
  return clean.length > 60 ? `${clean.slice(0, 57)}...` : clean;
}
