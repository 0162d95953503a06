/** What a tiled level has in host memory: numbers that are updated in place, and memory that is used again. */
import type { Size } from "../../image/image.ts";
import type { Value } from "../../runtimes/runtime.ts";

/** Numbers that are updated in place. */
export interface Numbers {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** A value's numbers; the value is released. */
export async function taken(value: Value): Promise<Numbers> {
  const data = await value.read();
  value.dispose();
  return { dims: value.dims, data };
}

/** Memory of a name for some planes of a size. */
export type Scratch = (name: string, planes: number, size: Size) => Float32Array;

/** The memory of a name is the same for all tiles and pieces: garbage of large pictures is large. */
export function scratch(): Scratch {
  const known = new Map<string, Float32Array>();
  return (name, planes, { width, height }) => {
    const length = planes * width * height;
    const last = known.get(name);
    const memory = last && last.length >= length ? last : new Float32Array(length);
    known.set(name, memory);
    return memory.subarray(0, length);
  };
}
