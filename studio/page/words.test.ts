/** Numbers as they are read. */
import { expect, test } from "vitest";
import { bytesText, durationText, sizeText } from "./words.ts";

test.each([
  [0.4, "0 s"],
  [59.6, "1 min 0 s"],
  [200, "3 min 20 s"],
  [3500, "58 min"],
  [3900, "1 h 05 min"],
])("%d seconds: %s", (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});

test("sizes keep the photo's proportions", () => {
  const photo = { width: 640, height: 427 };
  expect(sizeText(photo, 2048)).toBe("2048 × 1366 pixels");
  expect(sizeText(photo, "content")).toBe("640 × 427 pixels");
});

test.each([
  [3.4e8, "340 MB"],
  [1.24e9, "1.2 GB"],
])("%d bytes: %s", (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});
