/** A link gives the settings back; a spoilt one says where. */
import type { SettingsInput } from "pastiche/web";
import { expect, test } from "vitest";
import { linkOf, settingsOf } from "./link.ts";

test.each<SettingsInput>([
  {},
  { size: 768, alpha: 0.3 },
  { size: "content", color: "free", seamless: true },
  { blend: [3, 1], styleLayers: { conv1_1: 0.2, conv4_1: 1 }, learningRate: 0.05 },
])("%j", (settings) => {
  expect(settingsOf(linkOf(settings))).toEqual(settings);
});

test("what was typed wrong is told", () => {
  expect(() => settingsOf("#alpha=blue")).toThrow("alpha: expected");
  expect(() => settingsOf("#brush=1")).toThrow("brush");
});
