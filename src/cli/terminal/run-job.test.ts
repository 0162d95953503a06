/** What a job says on the terminal while it runs. */
import { expect, test } from "vitest";
import type { StepEvent } from "../../node.ts";
import { processContext } from "./context.ts";
import { showing } from "./run-job.ts";

/** What is said in twenty steps of which each says that so many seconds are left. */
function saidOver(secondsLeft: number): string[] {
  const said: string[] = [];
  const progress = { show() {}, note() {}, clear() {} };
  const shown = showing({}, { json: false }, { progress, say: (line) => void said.push(line) }, processContext);
  for (let step = 1; step <= 20; step++) {
    const event: StepEvent = { type: "step", step, steps: 200, level: 0, loss: 1, terms: {}, progress: 0, secondsLeft };
    shown.show(event);
  }
  return said;
}

test("a job says once how long it takes, unless that is a moment", () => {
  expect(saidOver(14.2)).toEqual(["About 14 s left."]);
  expect(saidOver(1500)).toEqual(["About 25 min left."]);
  expect(saidOver(3)).toEqual([]);
});
