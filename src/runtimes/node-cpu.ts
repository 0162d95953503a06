/** The CPU, through ONNX Runtime for Node. It is the reference for every other runtime. */
import type { InferenceSession } from "onnxruntime-common";
import { collectGarbage } from "./node-garbage.ts";
import { loadOrt } from "./node-ort.ts";
import { processors } from "./node-threads.ts";
import { ortRuntime } from "./ort.ts";
import type { Model, Program, Runtime, RuntimeChoice } from "./runtime.ts";

export const cpu: RuntimeChoice = {
  name: "cpu",
  summary: "the CPU, with all cores that the process may use",
  probe: async () => ({ ok: true }),
  async open({ threads = processors() } = {}) {
    const ort = await loadOrt();
    return tidy(
      ortRuntime(ort, {
        name: "cpu",
        version: ort.env.versions.node,
        arena: true,
        description: `cpu, ${threads} ${threads === 1 ? "thread" : "threads"}`,
        session: sessionOptions(threads),
      }),
    );
  },
};

/** Constants of so many bytes are worth the 10 ms of a collection. */
const LARGE = 16e6;

/** Frees what earlier programs left behind before a large one is loaded, and what loading it left behind before its first run. */
function tidy(runtime: Runtime): Runtime {
  return {
    ...runtime,
    async load(model, options) {
      const large = bytesOf(model) >= LARGE;
      if (large) collectGarbage();
      const program = await runtime.load(model, options);
      return large ? collecting(program) : program;
    },
  };
}

function collecting(program: Program): Program {
  let collected = false;
  return {
    ...program,
    run(...given) {
      if (!collected) collectGarbage();
      collected = true;
      return program.run(...given);
    },
  };
}

function bytesOf({ externalData }: Model): number {
  return externalData.reduce((sum, { data }) => sum + data.byteLength, 0);
}

/**
 * How long a thread without work waits for some before it sleeps: as long as a small operator takes. On an idle machine that
 * gains half of what endless waiting does; beside other programs it costs 1%, where 50 microseconds cost 5%.
 */
const SPIN = { spin_duration_us: "20" };

/** How ONNX Runtime computes with so many threads; `endless`: waiting as long as it does by default. */
export function sessionOptions(threads: number, endless = false): InferenceSession.SessionOptions {
  return {
    executionProviders: ["cpu"],
    logSeverityLevel: 4,
    graphOptimizationLevel: "all",
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    // With the memory pattern, memory is planned as one block for the worst case: a third more, and no faster.
    enableMemPattern: false,
    // Features of flat regions decay into denormal numbers, which are slow and negligible. Threads that wait long
    // take cores from other programs, whose stalls then slow every step down.
    // The arena grows in powers of two: weights outside it leave no half-empty blocks.
    extra: {
      session: {
        set_denormal_as_zero: "1",
        use_device_allocator_for_initializers: "1",
        intra_op: { allow_spinning: "1", ...(!endless && SPIN) },
      },
    },
  };
}
