/** Numbers in two bytes, all of them. */
import { expect, test } from "vitest";
import { input, relu } from "../graph/index.ts";
import { encode } from "../onnx/model.ts";
import { cpu } from "../runtimes/node-cpu.ts";
import { decodeFloats, floatToHalf } from "./floats.ts";

/** The value of a half by its definition. */
function halfValue(half: number): number {
  const [sign, exponent, fraction] = [half & 0x8000 ? -1 : 1, (half >> 10) & 31, (half & 1023) / 1024];
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
}

const halves = Uint16Array.from({ length: 65536 }, (_, i) => i);
const decoded = () => decodeFloats(new Uint8Array(halves.buffer), "F16");

test("every half has its value", () => {
  expect(decoded()).toEqual(Float32Array.from(halves, halfValue));
});

test("also after ONNX Runtime has made this thread take denormal numbers for zero", async () => {
  const runtime = await cpu.open({ threads: 1 });
  const program = await runtime.load(encode({ y: relu(input("x", [1])) }));
  await program.run({ x: runtime.value(Float32Array.of(1), [1]) });
  expect(decoded()).toEqual(Float32Array.from(halves, halfValue));
});

test("every number that is a half becomes that half", () => {
  for (const [half, x] of decoded().entries()) if (!Number.isNaN(x)) expect(floatToHalf(x)).toBe(half);
});
