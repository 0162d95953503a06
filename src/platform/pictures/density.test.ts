/** The density that sharp reads in files that were given one. */
import sharp from "sharp";
import { expect, test } from "vitest";
import { withDensity } from "./density.ts";

const pixels = () => sharp({ create: { width: 3, height: 2, channels: 3, background: "#654321" } });

test.each(["png", "jpeg"] as const)("a %s has the last density that it was given, and its pixels", async (format) => {
  const plain = new Uint8Array(await pixels().toFormat(format).toBuffer());
  const file = withDensity(withDensity(plain, 72), 300);
  const { density } = await sharp(file).metadata();
  expect(density).toBe(300);
  expect(await sharp(file).raw().toBuffer()).toEqual(await sharp(plain).raw().toBuffer());
  expect(withDensity(plain, 150).length).toBe(file.length);
});

test("a JPEG without JFIF gets one; another format stays as it is", async () => {
  const plain = new Uint8Array(await pixels().jpeg().toBuffer());
  const bare = new Uint8Array([...plain.subarray(0, 2), ...plain.subarray(20)]);
  const { density } = await sharp(withDensity(bare, 240)).metadata();
  expect(density).toBe(240);
  const other = Uint8Array.of(1, 2, 3);
  expect(withDensity(other, 300)).toBe(other);
});
