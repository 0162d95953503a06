/** Weighted sums or concatenations of runtime values by name, in double precision. */
import type { Runtime, Value, Values } from "../../runtimes/runtime.ts";

export interface Totals {
  /** Adds `share` times each of `values`, which stay the caller's; values with share 0 are ignored. */
  add(values: Values, share?: (name: string) => number): Promise<void>;
  /** The sums so far, as new values. */
  values(): Record<string, Value>;
}

/** `joins`: values of these names are concatenated along their last axis instead of added. */
export function totals(runtime: Runtime, joins: (name: string) => boolean = () => false): Totals {
  const rows = new Map<string, Float32Array[][]>();
  const sums = new Map<string, { readonly data: Float64Array; readonly dims: readonly number[] }>();
  return {
    async add(values, share = () => 1) {
      for (const [name, value] of Object.entries(values)) {
        const by = share(name);
        if (by === 0) continue;
        const part = await value.read();
        if (joins(name)) {
          const all = rows.get(name) ?? Array.from({ length: value.dims[0]! }, () => []);
          const length = part.length / all.length;
          for (const [i, row] of all.entries()) row.push(part.slice(i * length, (i + 1) * length));
          rows.set(name, all);
          continue;
        }
        const sum = sums.get(name) ?? { data: new Float64Array(part.length), dims: value.dims };
        for (let i = 0; i < part.length; i++) sum.data[i]! += by * part[i]!;
        sums.set(name, sum);
      }
    },
    values: () => {
      const added = [...sums].map(
        ([name, { data, dims }]) => [name, runtime.value(Float32Array.from(data), dims)] as const,
      );
      const joined = [...rows].map(([name, all]) => {
        const data = Float32Array.from(all.flatMap((row) => row.flatMap((part) => Array.from(part))));
        return [name, runtime.value(data, [all.length, data.length / all.length])] as const;
      });
      return Object.fromEntries([...added, ...joined]);
    },
  };
}
