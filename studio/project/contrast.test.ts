/** Two branches in a few words each. */
import { parseSettings } from "pastiche/web";
import { expect, test } from "vitest";
import { contrast } from "./contrast.ts";

const project = (settings = {}, mask = {}) => ({ photo: undefined, paintings: [], settings, ...mask });

test("knobs are called by their names, with both values", () => {
  const [one, other] = [project({ alpha: 5.2, styleScale: [1.74] }), project()];
  expect(contrast(one, other)).toBe(`Photo ×${(5.2 / parseSettings().alpha).toPrecision(2)}, Stroke size ×1.7`);
  expect(contrast(other, one)).toBe("Photo ×1, Stroke size ×1");
  expect(contrast(one, one)).toBe("");
});

test("other settings as in a terminal; regions are told", () => {
  const mask = { file: new Blob(), digest: "", used: [0] };
  expect(contrast(project({ seed: 7 }, { mask }), project())).toBe("seed 7, regions");
  expect(contrast(project(), project({}, { mask }))).toBe("no regions");
});
