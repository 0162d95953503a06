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
  // A loss of no strength was left out of the step.
  [{ laplacian: 0.5 }, undefined],
  [{ size: 256 }, undefined],
  [{ alpha: 0.2, color: "free" }, undefined],
  [{ contentLayers: { conv4_2: 0.5 } }, { contentLayers: { conv4_2: 0.5 } }],
  [{ contentLayers: { conv3_1: 1 } }, undefined],
  [{ optimizer: "lbfgs" }, undefined],
])("%j", (changes, told) => {
  expect(after(changes)).toEqual(told);
});
