/**
 * Times steps of `pocket` for busy.mjs: joins the control group, then computes with the threads that are the default there.
 * Usage: busy-worker.mjs SIZE STEPS SPINNING GROUP
 */
import { writeFileSync } from "node:fs";
import { encode } from "../dist/onnx/model.js";
import { sessionOptions } from "../dist/runtimes/node-cpu.js";
import { loadOrt } from "../dist/runtimes/node-ort.js";
import { processors } from "../dist/runtimes/node-threads.js";
import { ortRuntime } from "../dist/runtimes/ort.js";
import { preparedGraph } from "./parts.mjs";

const [size, steps, spinning, group] = process.argv.slice(2);
if (group) writeFileSync(`${group}/cgroup.procs`, `${process.pid}`);
const threads = processors();
const { outputs, inputs } = await preparedGraph({ model: "pocket", size: Number(size), threads });
const session = sessionOptions(threads, spinning === "true");
const runtime = ortRuntime(await loadOrt(), { name: "cpu", description: "cpu", session });
const program = await runtime.load(encode(outputs));
const times = [];
for (let step = 0; step <= Number(steps); step++) {
  const [began, before] = [performance.now(), process.cpuUsage()];
  for (const value of Object.values(await program.run(inputs))) value.dispose();
  const { user, system } = process.cpuUsage(before);
  // The first step is a warm-up.
  if (step > 0) times.push({ wall: performance.now() - began, cpu: (user + system) / 1000, threads });
}
times.sort((a, b) => a.wall - b.wall);
process.send?.(times[times.length >> 1], () => process.exit());
