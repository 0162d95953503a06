/** Values of a runtime added up by name, in double precision. It knows nothing of what they mean. */
import type { Runtime, Value, Values } from "../runtimes/runtime.ts";

export interface Totals {
  /** Adds `share` times each of `values`, which stay the caller's; one whose share is 0 may be anything. */
  add(values: Values, share?: (name: string) => number): Promise<void>;
  /** The sums so far, as new values. */
  values(): Record<string, Value>;
}

export function totals(runtime: Runtime): Totals {
  const sums = new Map<string, { readonly data: Float64Array; readonly dims: readonly number[] }>();
  return {
    async add(values, share = () => 1) {
      for (const [name, value] of Object.entries(values)) {
        const by = share(name);
        if (by === 0) continue;
        const part = await value.read();
        const sum = sums.get(name) ?? { data: new Float64Array(part.length), dims: value.dims };
        for (let i = 0; i < part.length; i++) sum.data[i]! += by * part[i]!;
        sums.set(name, sum);
      }
    },
    values: () =>
      Object.fromEntries(
        [...sums].map(([name, { data, dims }]) => [name, runtime.value(Float32Array.from(data), dims)]),
      ),
  };
}
