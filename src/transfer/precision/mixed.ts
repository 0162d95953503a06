/** The two programs of a step, in float32 and in eight bits, as one: which of them runs, and whether both are loaded. */
import { eightBit, spared, type Tensor } from "../../graph/index.ts";
import { encode, type Model } from "../../onnx/model.ts";
import type { Optimizer } from "../../optimizers/optimizer.ts";
import { mapValues, prefixed } from "../../records.ts";
import type { Program, Runtime, Value } from "../../runtimes/runtime.ts";
import { dispose, outputShapes, readScalar, scalarValue } from "../step/program.ts";
import { type Extractor, stepGraph } from "../step/step.ts";
import type { Terms } from "../step/terms.ts";
import { eightBitOptions, inFloats, judged, type Precision, type Schedule, type Trust } from "./precision.ts";

/** The same step in float32 (which also measures ranges) and in eight bits. */
export interface StepPrograms {
  /** The program in that precision, loaded when it is first needed; valid until the next call. */
  in(precision: Precision): Promise<Pick<Program, "run">>;
  dispose(): Promise<void>;
}

/**
 * With `alone` one program is loaded at a time, and the memory of the other is free: for levels where that counts, and
 * where loading one again (0.2 s) is little beside 25 steps.
 */
export function stepPrograms(
  runtime: Runtime,
  extractor: Extractor,
  terms: Terms,
  optimizer: Optimizer,
  parameters: readonly string[],
  alone: boolean,
): StepPrograms {
  const graph = stepGraph(extractor, terms, optimizer, parameters);
  const sparing = runtime.writable && spared(graph.loss!, graph);
  const step = eightBit(graph, { ...eightBitOptions(runtime), ...(sparing && { sparing }) });
  if (!step) throw new TypeError("internal: nothing of this step can be in eight bits");
  const loadAs = (graph: Readonly<Record<string, Tensor>>, model: Model) =>
    runtime.load(model, alone ? { shapeOf: outputShapes(graph) } : {});
  // Kept, as rounding kernels takes as long as a step, and small. The model in float32 is as large as the network.
  let eight: Model | undefined;
  const load = {
    fp32: () => loadAs(step.measured, encode(step.measured)),
    int8() {
      eight ??= encode(step.outputs);
      return loadAs(step.outputs, eight);
    },
  };
  const loaded = new Map<Precision, Program>();
  const free = async () => {
    const all = [...loaded.values()];
    loaded.clear();
    for (const program of all) await program.dispose();
  };
  return {
    async in(precision) {
      const known = loaded.get(precision);
      if (known) return known;
      if (alone) await free();
      const program = await load[precision]();
      loaded.set(precision, program);
      return program;
    },
    dispose: free,
  };
}

export interface MixedInput extends Schedule {
  readonly runtime: Runtime;
  readonly programs: StepPrograms;
}

/** Combines both programs; the state alone selects one. */
export function mixedProgram({ runtime, programs, ...schedule }: MixedInput): Pick<Program, "run"> {
  return {
    async run(inputs) {
      const read = (name: keyof Trust) => first(inputs[`state ${name}`]!);
      const trust: Trust = {
        stepped: await read("stepped"),
        checked: await read("checked"),
        mistrusted: await read("mistrusted"),
      };
      const program = await programs.in(inFloats(trust, schedule) ? "fp32" : "int8");
      const outputs = await program.run(inputs);
      const inEight = async () => readScalar((await (await programs.in("int8")).run(inputs, ["loss"])).loss!);
      try {
        const next = await judged(trust, schedule, () => first(outputs.loss!), inEight);
        return {
          ...outputs,
          ...prefixed(
            "next",
            mapValues({ ...next }, (x) => scalarValue(runtime, x)),
          ),
        };
      } catch (error) {
        dispose(outputs);
        throw error;
      }
    },
  };
}

async function first(value: Value): Promise<number> {
  return (await value.read())[0]!;
}
