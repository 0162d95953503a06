/** Number formats and safetensors files survive a round trip. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeFloats, encodeFloats, floatToHalf, halfToFloat } from "./floats.ts";
import { parseSafetensors, writeSafetensors } from "./safetensors.ts";

test("every half survives the conversion to float and back", () => {
  for (let half = 0; half < 65_536; half++) {
    const float = halfToFloat(half);
    if (Number.isNaN(float)) expect(halfToFloat(floatToHalf(float))).toBeNaN();
    else expect(floatToHalf(float)).toBe(half);
  }
});

test("a float becomes the nearest half, ties to even", () => {
  // All finite halves in order, by their bits.
  const halves = Array.from({ length: 0x7c00 }, (_, half) => halfToFloat(half));
  const nearest = (x: number) => {
    let low = 0;
    let high = halves.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (halves[middle]! <= x) low = middle;
      else high = middle;
    }
    const [below, above] = [x - halves[low]!, halves[high]! - x];
    return below < above || (below === above && low % 2 === 0) ? low : high;
  };
  fc.assert(
    fc.property(fc.float({ min: 0, max: 65_504, noNaN: true }), (x) => {
      expect(floatToHalf(x)).toBe(nearest(x));
      expect(floatToHalf(-x)).toBe(nearest(x) | 0x8000);
    }),
    { numRuns: 20_000, seed: 20 },
  );
  expect([65_519, 65_520, 1e10, Number.POSITIVE_INFINITY].map(floatToHalf)).toEqual([0x7bff, 0x7c00, 0x7c00, 0x7c00]);
  expect([2 ** -25, 2 ** -24, 3 * 2 ** -25, 2 ** -14 - 2 ** -26].map(floatToHalf)).toEqual([0, 1, 2, 0x400]);
});

test("all types decode at any alignment", () => {
  const values = [0, -1.5, 2 ** -10, 100];
  const encoded = {
    F64: new Uint8Array(Float64Array.from(values).buffer),
    F32: encodeFloats(Float32Array.from(values), "F32"),
    F16: encodeFloats(Float32Array.from(values), "F16"),
    BF16: new Uint8Array(Uint16Array.from([0, 0xbfc0, 0x3a80, 0x42c8]).buffer),
  };
  for (const [type, bytes] of Object.entries(encoded)) {
    for (const shift of [0, 1, 2, 4]) {
      const memory = Buffer.alloc(bytes.length + 16);
      memory.set(bytes, shift);
      const there = memory.subarray(shift, shift + bytes.length);
      expect([...decodeFloats(there, type as keyof typeof encoded)], `${type} + ${shift}`).toEqual(values);
    }
  }
});

const tensors = fc.dictionary(
  fc.string({ maxLength: 20, unit: "grapheme" }).filter((name) => name !== "__metadata__"),
  fc.array(fc.nat(4), { maxLength: 4 }).chain((shape) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return fc.record({ shape: fc.constant(shape), data: fc.float32Array({ minLength: size, maxLength: size }) });
  }),
  { maxKeys: 6 },
);

test("a written file reads back equal", () => {
  fc.assert(
    fc.property(tensors, fc.dictionary(fc.string(), fc.string(), { maxKeys: 4 }), (tensors, metadata) => {
      const map = new Map(Object.entries(tensors));
      const file = writeSafetensors(map, { metadata });
      const read = parseSafetensors(file);
      expect([...read.tensors.keys()]).toEqual([...map.keys()]);
      for (const [name, { shape, data }] of map) expect(read.tensors.get(name)).toEqual({ shape, data });
      expect(read.metadata).toEqual(new Map(Object.entries(metadata)));
    }),
    { numRuns: 500, seed: 20 },
  );
});

test("F32 data is not copied", () => {
  const file = writeSafetensors(new Map([["a", { shape: [3], data: Float32Array.of(1, 2, 3) }]]));
  expect(parseSafetensors(file).tensors.get("a")!.data.buffer).toBe(file.buffer);
});

test("F16 files hold rounded numbers in half the size", () => {
  const tensor = { shape: [4], data: Float32Array.of(1, 1 / 3, -70_000, 2 ** -24) };
  const file = writeSafetensors(new Map([["a", tensor]]), { dtype: "F16", metadata: { note: "é" } });
  const { tensors, metadata } = parseSafetensors(file);
  expect([...tensors.get("a")!.data]).toEqual([1, 0.333251953125, Number.NEGATIVE_INFINITY, 2 ** -24]);
  expect(metadata.get("note")).toBe("é");
});
