/** What a running job takes is given to it; all else makes it begin anew. */
import { parseSettings, type SettingsInput } from "pastiche/web";
import { expect, test } from "vitest";
import { adjustmentsFor } from "./live.ts";

const began: SettingsInput = { roughness: 0.1, laplacian: 0 };
const after = (changes: SettingsInput) => adjustmentsFor(parseSettings(began), parseSettings({ ...began, ...changes }));

test.each<[SettingsInput, object | undefined]>([
  [{}, {}],
  [
    { alpha: 0.2, tv: 3 },
    { alpha: 0.2, tv: 3 },
  ],
  [{ learningRate: 0.05 }, { learningRate: 0.05 }],
  [{ roughness: 2 }, { roughness: 2 }],
  [{ laplacian: 0.5 }, { laplacian: 0.5 }],
  [
    { styleScale: 2, strokes: [1, 2], blend: [1, 3] },
    { styleScale: [2], strokes: [1, 2], blend: [1, 3] },
  ],
  [{ size: 256 }, undefined],
  [{ alpha: 0.2, color: "free" }, undefined],
  [{ contentLayers: { conv4_2: 0.5 } }, { contentLayers: { conv4_2: 0.5 } }],
  [{ contentLayers: { conv3_1: 1 } }, { contentLayers: { conv3_1: 1 } }],
  [{ optimizer: "lbfgs" }, undefined],
])("%j", (changes, told) => {
  expect(after(changes)).toEqual(told);
});
