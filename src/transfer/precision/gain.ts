/** Measures whether a CPU gains from eight bits. */
import { constant, conv, type EightBit, eightBit, grad, input, relu, sum, symbol } from "../../graph/index.ts";
import { encode } from "../../onnx/model.ts";
import type { Program, Runtime, Value } from "../../runtimes/runtime.ts";
import { eightBitOptions } from "./precision.ts";

/** Sides of the sample in pixels: large enough to be timed. WebAssembly is a tenth as fast. */
const SIZE = { native: 96, wasm: 48 };
const CHANNELS = 64;
/** The smallest speed-up that is worth the quantisation noise. */
const ENOUGH = 0.8;
/** A speed-up that few runs show, even if all of those in float32 were disturbed. */
const CLEAR = 0.65;
const FEW = 3;
const MOST = 10;
/** On an idle machine half of the times are within this factor of the shortest. */
const IDLE_SPREAD = 1.25;

/**
 * Runs three convolutions and their gradient in float32 and in eight bits, with the largest features and weights,
 * because sums may saturate on untested processors: wrong sums are no gain. Undefined if no gain was seen but the
 * machine was too busy to be sure.
 */
export async function eightBitsGain(runtime: Runtime): Promise<boolean | undefined> {
  const { outputs, measured } = sample(runtime);
  const floats = await runtime.load(encode(measured));
  try {
    const eight = await runtime.load(encode(outputs));
    try {
      const first = await faster(runtime, floats, eight);
      return first === undefined ? await faster(runtime, floats, eight) : first;
    } finally {
      await eight.dispose();
    }
  } finally {
    await floats.dispose();
  }
}

function sample(runtime: Runtime): EightBit {
  const image = input("image", [1, 3, symbol("H"), symbol("W")]);
  const bias = constant(new Float32Array(CHANNELS), [CHANNELS]);
  const kernel = (inputs: number) => {
    const size = CHANNELS * inputs * 9;
    return constant(new Float32Array(size).fill(1 / (9 * inputs)), [CHANNELS, inputs, 3, 3]);
  };
  let x = image;
  for (const inputs of [3, CHANNELS, CHANNELS, CHANNELS]) x = relu(conv(x, kernel(inputs), bias));
  const loss = sum(x);
  const [gradient] = grad(loss, [image]);
  return eightBit(
    { loss, gradient: gradient! },
    { ...eightBitOptions(runtime), from: "ranges", to: "next", capacity: 16 },
  )!;
}

async function faster(runtime: Runtime, floats: Program, eight: Program): Promise<boolean | undefined> {
  const size = runtime.name === "wasm" ? SIZE.wasm : SIZE.native;
  const image = runtime.value(new Float32Array(3 * size ** 2).fill(1), [1, 3, size, size]);
  const first = await floats.run({ image });
  const inputs = { image, ranges: first.next! };
  try {
    const loss = (await first.loss!.read())[0]!;
    const times = { floats: [] as number[], eight: [] as number[] };
    const spreads = () => [spread(times.floats), spread(times.eight)] as const;
    for (let i = 1; i <= MOST; i++) {
      times.floats.push((await timed(floats, inputs)).time);
      const { time, loss: found } = await timed(eight, inputs);
      times.eight.push(time);
      if (Math.abs(found / loss - 1) > 0.05) return false;
      if (i < FEW) continue;
      const [slow, fast] = spreads();
      if (fast.middle < CLEAR * slow.least) return true;
    }
    const [slow, fast] = spreads();
    if (fast.least < ENOUGH * slow.least) return true;
    return [slow, fast].every(({ least, middle }) => middle < IDLE_SPREAD * least) ? false : undefined;
  } finally {
    for (const value of [image, ...Object.values(first)]) value.dispose();
  }
}

function spread(times: readonly number[]): { least: number; middle: number } {
  const sorted = times.toSorted((a, b) => a - b);
  return { least: sorted[0]!, middle: sorted[sorted.length >> 1]! };
}

async function timed(program: Program, inputs: Readonly<Record<string, Value>>) {
  const start = performance.now();
  const outputs = await program.run(inputs);
  const loss = (await outputs.loss!.read())[0]!;
  const time = performance.now() - start;
  for (const value of Object.values(outputs)) value.dispose();
  return { time, loss };
}
