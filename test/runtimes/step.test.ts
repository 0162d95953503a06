/** Whole steps of pocket on every available runtime of Node, compared with the CPU. */
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { pocket } from "../../src/models/pocket.ts";
import { cpu } from "../../src/runtimes/node-cpu.ts";
import { cuda } from "../../src/runtimes/node-cuda.ts";
import { webgpu } from "../../src/runtimes/node-webgpu.ts";
import { ensureGraphicsCard } from "../../src/runtimes/swiftshader.case.ts";
import { readWeights } from "../../src/weights/read.ts";
import { CLOSE, difference, jobs, takeSteps } from "./step.case.ts";

/** A software GPU compiles a hundred shaders for the first step. */
const PATIENCE = 300_000;

const weights = await readWeights(await readFile("weights/pocket.safetensors"), pocket);
const runtimes = [
  { choice: webgpu, here: await ensureGraphicsCard() },
  { choice: cuda, here: await cuda.probe() },
];

for (const { choice, here } of runtimes) {
  const why = here.ok ? "" : ` (not tested: ${here.reason})`;
  if (!here.ok) console.warn(`Skipped: the ${choice.name} runtime of Node is not tested: ${here.reason}.`);
  describe.skipIf(!here.ok)(`${choice.name} takes the same steps as the cpu${why}`, async () => {
    // One for all tests: compiled shaders live as long as some session of the device.
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
