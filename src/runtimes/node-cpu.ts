/** The processor, through ONNX Runtime for Node: the reference that every other runtime is compared with. */
import { loadOrt } from "./node-ort.ts";
import { processors } from "./node-threads.ts";
import { ortRuntime } from "./ort.ts";
import type { RuntimeChoice } from "./runtime.ts";

export const cpu: RuntimeChoice = {
  name: "cpu",
  summary: "the processor, all cores that the process may use",
  probe: async () => ({ ok: true }),
  async open({ threads = processors() } = {}) {
    const ort = await loadOrt();
    return ortRuntime(ort, {
      name: "cpu",
      version: ort.env.versions.node,
      description: `cpu, ${threads} ${threads === 1 ? "thread" : "threads"}`,
      session: {
        executionProviders: ["cpu"],
        logSeverityLevel: 4,
        graphOptimizationLevel: "all",
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        executionMode: "sequential",
        // Planned as one block, memory is taken once but for the worst case: a third more, and no faster.
        enableMemPattern: false,
        // Features of flat regions fade into denormal numbers, which are slow and mean nothing.
        // Threads that spin while they wait take the cores of other programs, which then stall every step here as well.
        extra: { session: { set_denormal_as_zero: "1", intra_op: { allow_spinning: "0" } } },
      },
    });
  },
};
