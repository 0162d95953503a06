/** Every runtime that works on this machine agrees with the CPU: values and gradients of every operator. */
import { describe, expect, test } from "vitest";
import { run } from "../graph/fixtures.case.ts";
import { operators } from "../graph/operators.case.ts";
import { problem } from "../graph/problem.case.ts";
import { cuda } from "./node-cuda.ts";
import { probeProvider } from "./node-probe.ts";
import { webgpu } from "./node-webgpu.ts";
import { ensureGraphicsCard } from "./swiftshader.case.ts";

const card = await ensureGraphicsCard();
const nvidia = await cuda.probe();
const runtimes = [
  { choice: webgpu, here: card },
  { choice: cuda, here: nvidia },
];

for (const { choice, here } of runtimes) {
  const why = here.ok ? "" : ` (not tested: ${here.reason})`;
  describe.skipIf(!here.ok)(`${choice.name} agrees with the cpu${why}`, async () => {
    const runtime = here.ok ? await choice.open() : undefined;
    test.each(Object.keys(operators))("%s", async (name) => {
      const { outputs, inputs } = problem(operators[name]!);
      const expected = await run(outputs, inputs);
      const received = await run(outputs, inputs, runtime);
      for (const [output, values] of Object.entries(expected)) {
        const scale = Math.max(...values.map(Math.abs), 1e-3);
        const worst = Math.max(...values.map((v, i) => Math.abs(v - received[output]![i]!)));
        expect(received[output]!.length, output).toBe(values.length);
        expect(worst / scale, output).toBeLessThan(1e-3);
      }
    });
  });
}

test("an unavailable runtime gives a reason in one line, and the process survives", async () => {
  for (const choice of [webgpu, cuda]) {
    const answer = await choice.probe();
    if (!answer.ok) expect(answer.reason).toMatch(/^[^\n]{10,300}$/);
  }
  expect(await probeProvider("no-such-provider")).toMatchObject({ ok: false });
});
