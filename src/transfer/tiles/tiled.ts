/**
 * Optimises one level tile by tile, exactly: the contributions of all tiles to the losses' sums, then the loss and its
 * derivatives, then all contributions to the gradient, then the update in pieces. The runtime holds one tile at a time;
 * image and state are in host memory.
 */
import { cropClamped, cropInPlace, type Size } from "../../image/image.ts";
import { mapValues, prefixed } from "../../records.ts";
import type { Runtime, Value, Values } from "../../runtimes/runtime.ts";
import type { Tile } from "../../schedule/tiles.ts";
import type { Settings } from "../../settings/settings.ts";
import type { WeightTensor } from "../../weights/weights.ts";
import { type Begun, diverged, type LevelRun } from "../level/level.ts";
import { type Schedule, UNCHECKED } from "../precision/precision.ts";
import { dispose, readScalar, scalarValue } from "../step/program.ts";
import { strengths, type Terms } from "../step/terms.ts";
import { gradientRows } from "./gradient-rows.ts";
import { type Numbers, scratch, taken } from "./host.ts";
import { type KindOfStep, kindOfStep } from "./kinds.ts";
import { tilePasses } from "./passes.ts";
import type { TileKind, TilePrograms } from "./programs.ts";
import type { TileTargets } from "./targets.ts";
import { isLike, rowUpdate } from "./update.ts";

export interface TiledInput extends Begun {
  readonly runtime: Runtime;
  readonly programs: TilePrograms;
  readonly terms: Terms;
  readonly tiles: readonly Tile[];
  readonly targets: TileTargets;
  /** Which steps are in eight bits; undefined for none. */
  readonly schedule?: Schedule | undefined;
}

/** The numbers of a level, all updated in place. */
interface Held {
  readonly image: Numbers;
  readonly state: Readonly<Record<string, Numbers>>;
  /** The image that is shown: `image` until the first step, then a part of the state. */
  shown: Float32Array;
}

/** Takes ownership of its arguments, as `levelRun` does. */
export async function tiledRun(given: TiledInput): Promise<LevelRun> {
  const image = await taken(given.image);
  const shown = given.shown ? (await taken(given.shown)).data : image.data;
  const state: Record<string, Numbers> = {};
  for (const [name, value] of Object.entries(given.state)) state[name] = await taken(value);
  const held: Held = { image, state, shown };

  const { runtime, targets } = given;
  const work = sizeOf(image);
  const step = stepper(given, held);
  const picture = async (size: Size) => cropClamped({ ...work, data: held.shown }, size);
  return {
    step,
    reweighted() {
      if (state.checked) state.checked = { dims: [], data: Float32Array.of(UNCHECKED) };
    },
    shown: picture,
    lastGood: picture,
    async tensors() {
      const all = { image, shown: { dims: image.dims, data: held.shown }, ...prefixed("state", state) };
      return new Map(Object.entries(mapValues(all, ({ dims, data }): WeightTensor => ({ shape: dims, data }))));
    },
    async finish(size) {
      dispose(targets.shared);
      // The result takes the place of the shown image, so that it needs no more memory than a step.
      const last = cropInPlace({ ...work, data: held.shown }, size);
      const rest = Object.entries(state).filter(([, numbers]) => !isLike(image, numbers));
      return {
        image: last,
        state: Object.fromEntries(rest.map(([name, { dims, data }]) => [name, runtime.value(data, dims)])),
      };
    },
    dispose() {
      dispose(targets.shared);
    },
  };
}

/** Makes the function that takes a step: it measures the loss, and moves the image. */
function stepper(given: TiledInput, held: Held): LevelRun["step"] {
  const { runtime, programs, terms, schedule } = given;
  const { state } = held;
  const work = sizeOf(held.image);
  const memoryFor = scratch();
  const passes = tilePasses({ ...given, image: held.image.data, work, memoryFor });
  const move = mover(given, held, passes, rowUpdate({ runtime, programs, ...held, work, memoryFor }));

  return async (settings) => {
    const strength = strengths(terms, settings);
    const given = prefixed(
      "strength",
      mapValues(strength, (x) => scalarValue(runtime, x)),
    );
    const step = kindOfStep(runtime, programs, state, schedule);
    let slopes: Record<string, Value> = {};
    try {
      const scored = await passes.score(step.kind, step.inputs, given, true);
      slopes = Object.fromEntries(Object.entries(scored).filter(([name]) => name.startsWith("slope ")));
      const loss = await readScalar(scored.loss!);
      const shares: Record<string, number> = {};
      for (const [name, by] of Object.entries(strength))
        shares[name] = by * (await readScalar(scored[`term ${name}`]!));
      if (!Number.isFinite(loss)) throw diverged(shares);
      const lossOf = async (kind: TileKind) =>
        readScalar((await passes.score(kind, step.inputs, given, false, ["loss"])).loss!);
      await step.judge(loss, lossOf);
      await move(step, slopes, loss, settings);
      return { loss, terms: shares };
    } finally {
      [given, slopes].forEach(dispose);
      step.dispose();
    }
  };
}

/**
 * Makes the function that moves the image: the gradient, tile by tile, and the update of all rows that no other tile
 * needs unchanged.
 */
function mover(
  { programs, tiles }: Pick<TiledInput, "programs" | "tiles">,
  held: Held,
  passes: ReturnType<typeof tilePasses>,
  update: ReturnType<typeof rowUpdate>,
) {
  const work = sizeOf(held.image);
  const tallest = Math.max(...tiles.map((tile) => tile.height));
  const gradients = gradientRows(work, programs.pointwise ? tallest : work.height);

  return async (step: KindOfStep, slopes: Values, loss: number, settings: Settings): Promise<void> => {
    gradients.clear();
    let next: Record<string, Float32Array> = {};
    let done = 0;
    await passes.gradient(step.kind, { ...slopes, ...step.inputs }, async (outputs, tile, following) => {
      await step.saw(outputs);
      gradients.add(await outputs.gradient!.read(), tile);
      const end = following ? (programs.pointwise ? following.y : 0) : work.height;
      if (end <= done) return;
      next = await update(gradients.finished(end), loss, settings);
      gradients.drop(end);
      done = end;
    });
    for (const [name, data] of Object.entries(next)) held.state[name]!.data.set(data);
    step.done();
    held.shown = programs.shown === "image" ? held.image.data : held.state[programs.shown]!.data;
  };
}

function sizeOf({ dims }: Numbers): Size {
  const [, , height, width] = dims as [number, number, number, number];
  return { width, height };
}
