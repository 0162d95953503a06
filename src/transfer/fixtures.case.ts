/** A runtime that counts, pictures and a small network: what the tests of a whole job need. */
import type { Image, Size } from "../image/image.ts";
import { noiseImage } from "../image/noise.ts";
import { toy, toyWeights } from "../models/backbone.case.ts";
import { cpu } from "../runtimes/node-cpu.ts";
import type { Runtime, Value } from "../runtimes/runtime.ts";
import type { SettingsInput } from "../settings/settings.ts";
import type { StylizeEvent } from "./events.ts";
import type { Run } from "./run/run.ts";
import type { StylizeOptions } from "./stylize.ts";
import { type Job, type Network, type Stylizer, stylizerOn } from "./stylizer.ts";

export interface CountingRuntime extends Runtime {
  /** Models loaded so far. */
  readonly loaded: number;
  /** Programs that are loaded and not yet disposed of. */
  readonly programs: number;
  /** Values that are not yet disposed of, whoever made them. */
  readonly live: number;
  /** Runs of programs so far. */
  readonly runs: number;
  /** The most values that were alive at once. */
  readonly most: number;
  /** Inputs that programs get as NaN, by name; none. */
  spoilt: (name: string) => boolean;
}

/** The CPU, counting; a value that is disposed of twice, or used afterwards, is an error. */
export async function countingRuntime(): Promise<CountingRuntime> {
  const inner = await cpu.open({ threads: 1 });
  const live = new Set<Value>();
  const originals = new WeakMap<Value, Value>();
  let [loaded, programs, runs, most] = [0, 0, 0, 0];
  const alive = (value: Value) => {
    if (!live.has(value)) throw new Error("a value is used after it was disposed of");
    return originals.get(value)!;
  };
  const wrap = (original: Value): Value => {
    const value: Value = {
      dims: original.dims,
      read: () => alive(value).read(),
      dispose: () => {
        alive(value).dispose();
        live.delete(value);
      },
    };
    live.add(value);
    most = Math.max(most, live.size);
    originals.set(value, original);
    return value;
  };
  const self: CountingRuntime = {
    spoilt: () => false,
    name: inner.name,
    description: inner.description,
    value: (data, dims) => wrap(inner.value(data, dims)),
    writable: (...given) => wrap(inner.writable!(...given)),
    async load(model, options) {
      const program = await inner.load(model, options);
      loaded++;
      programs++;
      return {
        async run(inputs, wanted, into = {}) {
          runs++;
          const nan = ({ dims }: Value) =>
            inner.value(new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(Number.NaN), dims);
          const given = Object.fromEntries(
            Object.entries(inputs).map(([name, value]) => [name, self.spoilt(name) ? nan(value) : alive(value)]),
          );
          const places = Object.fromEntries(Object.entries(into).map(([name, value]) => [name, alive(value)]));
          const outputs = await program.run(given, wanted, places);
          return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, wrap(value)]));
        },
        async dispose() {
          programs--;
          await program.dispose();
        },
      };
    },
    get loaded() {
      return loaded;
    },
    get programs() {
      return programs;
    },
    get live() {
      return live.size;
    },
    get runs() {
      return runs;
    },
    get most() {
      return most;
    },
  };
  return self;
}

export const network: Network = { backbone: toy, weights: toyWeights(), digest: "toy-digest" };

/** A stylizer on `runtime` with the toy network, in floats unless told otherwise; `asked` tells how often the network was loaded. */
export function toyStylizer(runtime: Runtime): { stylizer: Stylizer; asked: () => number } {
  let asked = 0;
  const loadNetwork = async () => {
    asked++;
    return network;
  };
  return { stylizer: stylizerOn({ runtime, loadNetwork, gains: async () => false }), asked: () => asked };
}

/** Two pictures with colours of their own. */
export function pictures(content: Size = { width: 50, height: 37 }, style: Size = { width: 60, height: 44 }) {
  return {
    content: noiseImage(content, 1, { mean: 0.4, deviation: 0.15 }),
    style: noiseImage(style, 2, { mean: 0.6, deviation: 0.25 }),
  };
}

/** A short job: two levels, five steps. */
export const short: SettingsInput = { size: 50, minSize: 32, levels: 2, steps: 2, firstSteps: 3 };

/** Everything that a job told, and how it ended. */
export interface Course {
  readonly events: StylizeEvent[];
  readonly result?: Image;
  readonly error?: unknown;
}

/** Runs a job to its end, whatever that is. `seen` is called with every event as it comes. */
export async function follow(
  stylizer: Stylizer,
  job: Job,
  options: StylizeOptions = {},
  seen: (event: StylizeEvent, run: Run) => void = () => {},
): Promise<Course> {
  const events: StylizeEvent[] = [];
  try {
    const run = stylizer.stylize(job, options);
    for (;;) {
      const next = await run.next();
      if (next.done) return { events, result: next.value.image };
      events.push(next.value);
      seen(next.value, run);
    }
  } catch (error) {
    return { events, error };
  }
}

/** The types of events in order, runs of one type as `step x3`. */
export function summary(events: readonly StylizeEvent[]): string[] {
  const lines: { type: string; count: number }[] = [];
  for (const { type } of events) {
    const last = lines.at(-1);
    if (last?.type === type) last.count++;
    else lines.push({ type, count: 1 });
  }
  return lines.map(({ type, count }) => (count > 1 ? `${type} x${count}` : type));
}

export function only<Type extends StylizeEvent["type"]>(events: readonly StylizeEvent[], type: Type) {
  return events.filter((event): event is Extract<StylizeEvent, { type: Type }> => event.type === type);
}
