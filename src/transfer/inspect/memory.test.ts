/** The prediction for feature sheets, against measured peaks (bench/memory.mjs measures more). */
import { expect, test } from "vitest";
import { convolutions } from "../../models/backbone.ts";
import { pocket } from "../../models/index.ts";
import { checkFeatureSheetMemory, featureSheetMemory } from "./memory.ts";

const look = { backbone: pocket, maps: 64, mapSize: 96 };
const usual = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"];
const all = convolutions(pocket).map(({ name }) => name);

test.each([
  [usual, 1024, 768, 961e6],
  [usual, 512, 384, 351e6],
  [all, 1024, 768, 1361e6],
  [["conv1_1"], 1024, 768, 607e6],
  [["conv3_1"], 2048, 1360, 1003e6],
])("%j of %i x %i: at most a tenth below the measured peak", (layers, width, height, measured) => {
  const ratio = featureSheetMemory({ ...look, layers, size: { width, height } }) / measured;
  expect(ratio).toBeGreaterThan(0.9);
  expect(ratio).toBeLessThan(1.25);
});

test("a picture that is too large is refused with both numbers", () => {
  const attempt = () => checkFeatureSheetMemory({ ...look, layers: usual, size: { width: 2048, height: 2048 } }, 1e9);
  expect(attempt).toThrow(
    /^To look at conv1_1, .* of 2048 x 2048 pixels needs about \d\.\d GB of memory, and it may take 1\.0 GB\./,
  );
});
