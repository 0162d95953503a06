/**
 * Whole steps of a small job on any runtime, with all resulting numbers, to compare runtimes in Node and in browsers.
 */
import type { Image, Size } from "../../src/image/image.ts";
import { pocket } from "../../src/models/pocket.ts";
import type { Runtime } from "../../src/runtimes/runtime.ts";
import { parseSettings, type SettingsInput } from "../../src/settings/settings.ts";
import { levelRun, parametersOf } from "../../src/transfer/level/level.ts";
import { optimizerOf } from "../../src/transfer/parts.ts";
import { edgesOf } from "../../src/transfer/pictures/edges.ts";
import { levelsOf, prepare } from "../../src/transfer/pictures/prepare.ts";
import { describe, freshState, imageValue, loadStep, placed } from "../../src/transfer/step/program.ts";
import { terms } from "../../src/transfer/step/terms.ts";
import type { Weights } from "../../src/weights/weights.ts";

/** Images of 64 x 48: soft shapes as the photo, stripes of two colours as the painting. */
export const SIZE: Size = { width: 64, height: 48 };
export const content = paint(SIZE, (x, y, c) => 0.5 + 0.4 * Math.sin(x / (7 + c) + 1) * Math.cos(y / (9 - c)));
export const style = paint(SIZE, (x, y, c) =>
  Math.sin((x + 2 * y) / 3) > 0 ? 0.8 - 0.25 * c : 0.2 + 0.2 * c + y / 200,
);

function paint({ width, height }: Size, color: (x: number, y: number, c: number) => number): Image {
  const data = new Float32Array(3 * width * height);
  for (let i = 0; i < data.length; i++) {
    data[i] = color(i % width, Math.floor(i / width) % height, Math.floor(i / width / height));
  }
  return { width, height, data };
}

/** The tested settings: together they cover both optimisers, poolings and normalisations. */
export const jobs: Readonly<Record<string, { settings: SettingsInput; count: number }>> = {
  "one step of Adam, averaged": { settings: {}, count: 1 },
  // The first step's length is not the default .1, whose trial point is ill-conditioned: a change of 1e-6 in the image
  // changes the CPU's own gradient by up to 4e-4 there, and WASM's gradient differs by 3e-3 while all losses agree to
  // 1e-5.
  "two steps of L-BFGS on the paper's losses": {
    settings: { optimizer: "lbfgs", learningRate: 0.06, pooling: "average", normalize: "paper", average: 0 },
    count: 2,
  },
  // A large epsilon: otherwise rounding decides the sign, and so the whole step, where the gradient is almost 0.
  "one step of a seamless picture": { settings: { seamless: true, epsilon: 1e-3 }, count: 1 },
};

export interface Steps {
  /** The loss and its terms at each step. */
  readonly losses: readonly Readonly<Record<string, number>>[];
  /** The shown image and the optimiser's state after the last step. */
  readonly left: Readonly<Record<string, Float32Array>>;
}

/** Runs `count` steps at one level. */
export async function takeSteps(
  runtime: Runtime,
  weights: Weights,
  given: SettingsInput,
  count: number,
  pictures = { content, style },
): Promise<Steps> {
  const settings = parseSettings({
    size: Math.max(pictures.content.width, pictures.content.height),
    levels: 1,
    ...given,
  });
  const levels = levelsOf(pictures, settings);
  const ready = prepare(pictures, settings, levels);
  const edges = edgesOf(settings);
  const extractor = { backbone: pocket, weights, pooling: settings.pooling, padding: edges.padding };
  const all = terms(settings);
  const optimizer = optimizerOf(settings);
  const program = await loadStep(runtime, extractor, all, optimizer, Object.keys(parametersOf(settings)));
  const level = levels[0]!;
  // Before the last level's pictures are transferred.
  const image = imageValue(runtime, edges.padded(ready.start(), level));
  const targets = await placed(runtime, await describe(runtime, extractor, all, ready.at(level)));
  const state = freshState(runtime, optimizer, edges.workSize(level));
  const run = levelRun({ runtime, program, terms: all, image, state, targets });
  const losses: Record<string, number>[] = [];
  for (let n = 0; n < count; n++) {
    const { loss, terms } = await run.step(settings);
    losses.push({ loss, ...terms });
  }
  const { image: shown, state: last } = await run.finish(level);
  const left: Record<string, Float32Array> = { shown: shown.data };
  for (const [name, value] of Object.entries(last)) {
    left[name] = (await value.read()).slice();
    value.dispose();
  }
  await program.dispose();
  return { losses, left };
}

/** Tolerances for losses, images and state. */
export const CLOSE = { losses: 1e-3, left: 1e-2 };

/**
 * The relative difference of two runs (length of the difference over the length of `a`), by kind. Not the largest
 * single difference: where two places of a pooled block nearly tie, the gradient jumps (on one CPU by up to 2% of its
 * largest value for a change of 1e-6), and rounding decides which way.
 */
export function difference(a: Steps, b: Steps): Record<string, number> {
  const worst: Record<string, number> = {};
  const note = (name: string, x: ArrayLike<number>, y: ArrayLike<number>) => {
    let [apart, own] = [x.length === y.length ? 0 : Number.POSITIVE_INFINITY, 1e-24];
    for (let i = 0; i < x.length; i++) {
      apart += (x[i]! - y[i]!) ** 2;
      own += x[i]! ** 2;
    }
    const by = Math.sqrt(apart / own);
    worst[name] = Math.max(worst[name] ?? 0, Number.isNaN(by) ? Number.POSITIVE_INFINITY : by);
  };
  for (const [i, losses] of a.losses.entries()) {
    for (const [name, value] of Object.entries(losses)) note(name, [value], [b.losses[i]![name]!]);
  }
  for (const [name, values] of Object.entries(a.left)) note(`left ${name}`, values, b.left[name]!);
  return worst;
}
