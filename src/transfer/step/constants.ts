/** Programs for devices: what stays the same from step to step is computed once. */
import { input, ordered, type Tensor } from "../../graph/index.ts";
import { distinct } from "../../onnx/common-subexpressions.ts";
import { encode } from "../../onnx/model.ts";
import type { LoadOptions, Program, Runtime, Value, Values } from "../../runtimes/runtime.ts";
import { selecting } from "./masks.ts";

type Outputs = Readonly<Record<string, Tensor>>;

/** A graph in two: `each` has as inputs what `once` has as outputs. */
export interface Divided {
  readonly once: Outputs;
  readonly each: Outputs;
}

/**
 * Divides a graph: whatever depends on no value of an input that `varies` is in `once`. A size is no value; only those of
 * inputs are read there.
 */
export function divided(outputs: Outputs, varies: (input: string) => boolean): Divided {
  const { names } = distinct(outputs);
  const all = ordered(Object.values(outputs));
  const varying = new Set<string>();
  for (const x of all) {
    const own = x.op === "Input" ? varies(x.name!) : x.op === "Shape" && x.inputs[0]!.op !== "Input";
    const read = x.op === "Shape" ? [] : x.inputs;
    if (own || read.some((y) => varying.has(names.get(y)!))) varying.add(names.get(x)!);
  }
  const once: Record<string, Tensor> = {};
  const given = new Map<string, Tensor>();
  const each = new Map<Tensor, Tensor>();
  for (const x of all) {
    if (x.op === "Input" || x.op === "Constant") each.set(x, x);
    else if (varying.has(names.get(x)!)) each.set(x, { ...x, inputs: x.inputs.map((y) => each.get(y)!) });
    else {
      const name = `once ${names.get(x)}`;
      const from = given.get(name) ?? input(name, x.shape, x.type);
      given.set(name, from);
      each.set(x, from);
      once[name] ??= x;
    }
  }
  const rest = Object.fromEntries(Object.entries(outputs).map(([name, x]) => [name, each.get(x)!]));
  const needed = new Set(ordered(Object.values(rest)).map((x) => x.name));
  return { once: Object.fromEntries(Object.entries(once).filter(([name]) => needed.has(name))), each: rest };
}

/**
 * A program of `outputs` for a runtime with device memory. What depends on no value of an input that `varies` is computed
 * again only when other inputs are other values than in the previous run, and stays in device memory.
 */
export async function loadDivided(
  runtime: Runtime,
  outputs: Outputs,
  varies: (input: string) => boolean,
  options: LoadOptions,
): Promise<Program> {
  const { once, each } = divided(selecting(outputs), varies);
  const names = ordered(Object.values(once)).flatMap(({ name }) => name ?? []);
  const first = await runtime.load(encode(once), { resident: Object.keys(once) });
  const step = await runtime.load(encode(each), options);
  let known: { readonly from: readonly unknown[]; readonly values: Record<string, Value> } | undefined;

  /** What the values of `once` depend on. */
  const dependencies = (inputs: Values) =>
    names.map((name) => (varies(name) ? inputs[name]!.dims.join() : inputs[name]));
  async function constants(inputs: Values): Promise<Values> {
    const from = dependencies(inputs);
    if (!known?.from.every((x, i) => x === from[i])) {
      for (const value of Object.values(known?.values ?? {})) value.dispose();
      known = undefined;
      known = { from, values: await first.run(inputs) };
    }
    return known!.values;
  }
  return {
    run: async (inputs, wanted, into) => step.run({ ...inputs, ...(await constants(inputs)) }, wanted, into),
    async dispose() {
      await first.dispose();
      await step.dispose();
    },
  };
}
