/** Whole steps of the pocket network on every runtime of Node that exists here, against the CPU. */
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { pocket } from "../../src/models/pocket.ts";
import { cpu } from "../../src/runtimes/node-cpu.ts";
import { cuda } from "../../src/runtimes/node-cuda.ts";
import { webgpu } from "../../src/runtimes/node-webgpu.ts";
import { ensureGraphicsCard } from "../../src/runtimes/swiftshader.case.ts";
import { readWeights } from "../../src/weights/read.ts";
import { CLOSE, difference, jobs, takeSteps } from "./step.case.ts";

/** A graphics card in software compiles a hundred shaders for the first step, on processors that others use too. */
const PATIENCE = 300_000;

const weights = await readWeights(await readFile("weights/pocket.safetensors"), pocket);
const runtimes = [
  { choice: webgpu, here: await ensureGraphicsCard() },
  { choice: cuda, here: await cuda.probe() },
];

for (const { choice, here } of runtimes) {
  const why = here.ok ? "" : ` (not tested: ${here.reason})`;
  if (!here.ok) console.warn(`Skipped: the ${choice.name} runtime of Node is not tested: ${here.reason}.`);
  describe.skipIf(!here.ok)(`${choice.name} steps as the cpu does${why}`, async () => {
    // One for all: compiled shaders are kept as long as a session of the device lives.
    const runtime = here.ok ? await choice.open() : undefined;
    test.each(Object.entries(jobs))(
      "%s",
      async (_, { settings, count }) => {
        const expected = await takeSteps(await cpu.open({ threads: 1 }), weights, settings, count);
        const received = await takeSteps(runtime!, weights, settings, count);
        const worst = difference(expected, received);
        for (const [name, by] of Object.entries(worst))
          expect(by, name).toBeLessThan(name.startsWith("left") ? CLOSE.left : CLOSE.losses);
      },
      PATIENCE,
    );
  });
}
