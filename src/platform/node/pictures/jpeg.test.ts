/** Truncated JPEGs are rejected even if they decode without an error; complete ones are read. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { readPicture } from "./read.ts";

const [width, height] = [320, 240];
/** Noise everywhere, or one colour below `flatFrom`. */
const raw = (flatFrom = 1) =>
  Buffer.from(
    Uint8Array.from({ length: width * height * 3 }, (_, i) =>
      Math.floor(i / 3 / width) >= flatFrom * height ? 200 : (i * 7 + (i >> 8) * 13 + (i % 3) * 40) % 256,
    ),
  );
const jpeg = (options: object, flatFrom?: number) =>
  sharp(raw(flatFrom), { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90, ...options })
    .toBuffer();

const end = Buffer.from([0xff, 0xd9]);
const part = (file: Buffer, share: number) => file.subarray(0, Math.round(file.length * share));

const kinds = {
  baseline: { optimiseCoding: false },
  optimised: { optimiseCoding: true },
  progressive: { progressive: true },
  "4:4:4": { chromaSubsampling: "4:4:4" },
} as const;

describe.each(Object.entries(kinds))("%s", (_, options) => {
  test.each<[string, (file: Buffer) => Buffer]>([
    ["whole", (file) => file],
    ["without its end marker", (file) => file.subarray(0, file.length - 2)],
    ["with half of its end marker", (file) => file.subarray(0, file.length - 1)],
    ["with zeros behind it", (file) => Buffer.concat([file, Buffer.alloc(5000)])],
    ["with a film behind it", (file) => Buffer.concat([file, Buffer.from("....ftypmp42"), file.subarray(20)])],
  ])("%s, it is read", async (_, change) => {
    const file = await jpeg(options);
    const expected = await readPicture(file);
    expect((await readPicture(change(file))).image.data).toEqual(expected.image.data);
  });

  test.each<[string, (file: Buffer) => Buffer]>([
    ["cut in the middle", (file) => part(file, 0.5)],
    ["cut near its end", (file) => part(file, 0.95)],
    ["cut, with an end marker", (file) => Buffer.concat([part(file, 0.5), end])],
    ["cut near its end, with an end marker", (file) => Buffer.concat([part(file, 0.95), end])],
    ["its second half zeros", (file) => Buffer.concat([part(file, 0.5), Buffer.alloc(file.length / 2)])],
    [
      "its second half zeros before the end marker",
      (file) => Buffer.concat([part(file, 0.5), Buffer.alloc(file.length / 2), end]),
    ],
    ["its last tenth zeros", (file) => Buffer.concat([part(file, 0.9), Buffer.alloc(file.length / 10), end])],
  ])("%s, it is rejected", async (_, change) => {
    await expect(readPicture(change(await jpeg(options)), { name: "x.jpg" })).rejects.toMatchObject({
      name: "UserError",
      code: "picture",
      message:
        "x.jpg is an incomplete jpeg file: a part of the picture is missing, cut off or overwritten; use another copy of it.",
    });
  });

  test.each([0, 0.01, 0.25, 0.6])("one with a single colour from %f on is read", async (from) => {
    const { size } = await readPicture(await jpeg(options, from));
    expect(size).toEqual({ width, height });
  });
});

test("a large picture of one colour, whose data is all zeros, is read", async () => {
  const file = await sharp({ create: { width: 3000, height: 2000, channels: 3, background: "white" } })
    .jpeg({ optimiseCoding: true })
    .toBuffer();
  expect(file.includes(Buffer.alloc(512))).toBe(true);
  expect((await readPicture(file, { longSide: 100 })).size.width).toBe(3000);
});

test("a progressive picture without its last scans is rejected", async () => {
  const file = await jpeg({ progressive: true });
  const scans = [...file.keys()].filter((i) => file[i] === 0xff && file[i + 1] === 0xda);
  for (const scan of scans.slice(2))
    await expect(readPicture(Buffer.concat([file.subarray(0, scan), end]))).rejects.toMatchObject({ code: "picture" });
});
