/** A picture is gone on from where only its aims are others, at its size or larger. */
import { parseSettings, type SettingsInput } from "pastiche/web";
import { expect, test } from "vitest";
import { continuation } from "./continuation.ts";

const photo = { width: 1200, height: 800 };
const size = { width: 512, height: 341 };
const from = (changes: SettingsInput) =>
  continuation(parseSettings({ size: 512 }), parseSettings({ size: 512, ...changes }), photo, size);

test.each<[SettingsInput, SettingsInput | undefined]>([
  [{}, { levels: 1 }],
  [{ alpha: 0.2 }, { levels: 1 }],
  [{ styleScale: 0.5, learningRate: 0.01 }, { levels: 1 }],
  [{ quality: "draft" }, { levels: 1 }],
  [{ size: 1024 }, { minSize: 615, firstSteps: parseSettings().steps }],
  [{ size: "content" }, { minSize: 615, firstSteps: parseSettings().steps }],
  [
    { size: 1024, quality: "draft" },
    { minSize: 615, firstSteps: 8 },
  ],
  [{ size: 256 }, undefined],
  [{ color: "free" }, undefined],
  [{ init: "noise" }, undefined],
  [{ recipe: "gatys" }, undefined],
])("%j: %j", (changes, expected) => {
  expect(from(changes)).toEqual(expected);
});
