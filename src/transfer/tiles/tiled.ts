/**
 * Optimises one level tile by tile, exactly: the contributions of all tiles to the losses' sums, then the loss and its
 * derivatives, then all contributions to the gradient, then the update in pieces. The runtime holds one tile at a time;
 * image and state are in host memory.
 */
import { cropClamped, cropHere, type Size } from "../../image/image.ts";
import { mapValues, prefixed } from "../../records.ts";
import type { Runtime, Value, Values } from "../../runtimes/runtime.ts";
import type { Tile } from "../../schedule/tiles.ts";
import type { Settings } from "../../settings/settings.ts";
import type { WeightTensor } from "../../weights/weights.ts";
import { type Begun, diverged, finite, type LevelRun, parametersOf } from "../level/level.ts";
import { type Schedule, UNCHECKED } from "../precision/precision.ts";
import { dispose, readScalar, scalarValue } from "../step/program.ts";
import { strengths, type Terms } from "../step/terms.ts";
import { totals } from "../step/totals.ts";
import { type FinishedRows, gradientRows } from "./gradient-rows.ts";
import { keptMemory } from "./kept.ts";
import { type KindOfStep, kindOfStep } from "./kinds.ts";
import { coreBounds, cutTile, putTile, tileWeight } from "./pixels.ts";
import type { TileKind, TilePrograms } from "./programs.ts";
import type { TileTargets } from "./targets.ts";

/** The largest number of pixels in a piece of the update: the runtime holds about ten such pieces. */
const PIECE = 1 << 18;

export interface TiledInput extends Begun {
  readonly runtime: Runtime;
  readonly programs: TilePrograms;
  readonly terms: Terms;
  readonly tiles: readonly Tile[];
  readonly targets: TileTargets;
  /** Which steps are in eight bits; undefined for none. */
  readonly schedule?: Schedule | undefined;
}

/** Numbers in host memory, updated in place. */
interface Numbers {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Takes ownership of its arguments, as `levelRun` does. */
export async function tiledRun(given: TiledInput): Promise<LevelRun> {
  const { runtime, programs, terms, tiles, targets, schedule } = given;
  const image = await taken(given.image);
  let shown = given.shown ? (await taken(given.shown)).data : image.data;
  const state: Record<string, Numbers> = {};
  for (const [name, value] of Object.entries(given.state)) state[name] = await taken(value);
  const [, , height, width] = image.dims as [number, number, number, number];
  const work: Size = { width, height };
  const reused = new Map<string, Float32Array>();
  const tallest = Math.max(...tiles.map((tile) => tile.height));
  const gradients = gradientRows(work, programs.pointwise ? tallest : work.height);
  const memory = keptMemory(runtime, [programs.floats.kept, programs.eight?.kept ?? {}]);
  const like = ({ dims }: Numbers) => String(dims) === String(image.dims);
  const scalars = (prefix: string, numbers: Record<string, number>) =>
    prefixed(
      prefix,
      mapValues(numbers, (x) => scalarValue(runtime, x)),
    );

  /** Runs on every tile. The outputs are freed after `each`, which is also told the next tile. */
  async function onTiles(
    run: (inputs: Values, tile: Tile) => Promise<Record<string, Value>>,
    more: Values,
    each: (outputs: Values, tile: Tile, following: Tile | undefined) => Promise<void>,
  ) {
    for (const [index, tile] of tiles.entries()) {
      const { width, height } = tile;
      const pixels = cutTile(image.data, work, tile, memoryFor("tile", 3, tile));
      const own = {
        ...targets.at(tile),
        image: runtime.value(pixels, [1, 3, height, width]),
        core: runtime.value(coreBounds(tile), [4]),
        weight: runtime.value(tileWeight(tile, memoryFor("weight", 1, tile)), [1, 1, height, width]),
      };
      let outputs: Record<string, Value> = {};
      try {
        outputs = await run({ ...targets.shared, ...more, ...own }, tile);
        await each(outputs, tile, tiles[index + 1]);
      } finally {
        dispose(own);
        dispose(outputs);
      }
    }
  }

  /** Runs a program with the features of `tile`, as outputs or as inputs. */
  async function withKept<T>({ kept }: TileKind, tile: Tile, run: (features: Values) => Promise<T>): Promise<T> {
    const features = memory(tile, kept);
    return run(features).finally(() => dispose(features));
  }

  /** The score of the sums over all tiles, or the outputs in `wanted`; features are kept for `move` if `keeps`. */
  async function score(kind: TileKind, inputs: Values, strength: Values, keeps: boolean, wanted?: readonly string[]) {
    const all = totals(runtime);
    const { sums, names, kept } = kind;
    const run = (given: Values, tile: Tile) =>
      keeps
        ? withKept(kind, tile, (features) => sums.run(given, [...names, ...Object.keys(kept)], features))
        : sums.run(given, names);
    await onTiles(run, inputs, (outputs) => all.add(outputs));
    const measured = all.values();
    const given = { ...measured, ...strength, ...targets.shared };
    return programs.score.run(given, wanted).finally(() => dispose(measured));
  }

  /** Memory of that name for some planes, the same for all tiles or pieces: garbage of large pictures is large. */
  function memoryFor(name: string, planes: number, { width, height }: Size): Float32Array {
    const length = planes * width * height;
    const known = reused.get(name);
    const memory = known && known.length >= length ? known : new Float32Array(length);
    reused.set(name, memory);
    return memory.subarray(0, length);
  }

  /**
   * Updates some rows in place by their gradient. State that is not an image changes once all rows are done: its new
   * value is returned.
   */
  async function update(
    { area, data, size: held }: FinishedRows,
    loss: number,
    settings: Settings,
  ): Promise<Record<string, Float32Array>> {
    // Rows are not updated by a non-finite gradient, so the shown image is always finite, possibly between two steps.
    if (!finite(data)) throw diverged();
    const few = programs.pointwise ? Math.max(1, Math.floor(PIECE / area.width)) : area.height;
    const next: Record<string, Float32Array> = {};
    for (let from = 0; from < area.height; from += few) {
      const rows = { ...area, y: area.y + from, height: Math.min(few, area.height - from) };
      const part = (name: string, planes: Float32Array, size: Size, y: number) =>
        runtime.value(cutTile(planes, size, { ...rows, y }, memoryFor(name, 3, rows)), [1, 3, rows.height, rows.width]);
      const given = (name: string, numbers: Numbers) =>
        programs.pointwise && like(numbers)
          ? part(name, numbers.data, work, rows.y)
          : runtime.value(numbers.data, numbers.dims);
      const inputs = {
        image: given("image", image),
        gradient: programs.pointwise ? part("gradient", data, held, from) : runtime.value(data, image.dims),
        loss: scalarValue(runtime, loss),
        ...Object.fromEntries(Object.entries(state).map(([name, x]) => [`state ${name}`, given(`state ${name}`, x)])),
        ...scalars("parameter", parametersOf(settings)),
      };
      const outputs = await programs.update.run(inputs).finally(() => dispose(inputs));
      putTile(image.data, work, await outputs["next image"]!.read(), rows);
      for (const [name, numbers] of Object.entries(state)) {
        // Only the optimiser's own state is updated.
        const made = await outputs[`next ${name}`]?.read();
        if (!made) continue;
        if (like(numbers)) putTile(numbers.data, work, made, rows);
        else next[name] = made.slice();
      }
      dispose(outputs);
    }
    return next;
  }

  /** The gradient, tile by tile, and the update of all rows that no other tile needs unchanged. */
  async function move(step: KindOfStep, slopes: Values, loss: number, settings: Settings): Promise<void> {
    gradients.clear();
    let next: Record<string, Float32Array> = {};
    let done = 0;
    const { kind } = step;
    const run = (given: Values, tile: Tile) =>
      withKept(kind, tile, (features) => kind.gradient.run({ ...given, ...features }));
    await onTiles(run, { ...slopes, ...step.inputs }, async (outputs, tile, following) => {
      await step.saw(outputs);
      gradients.add(await outputs.gradient!.read(), tile);
      const end = following ? (programs.pointwise ? following.y : 0) : work.height;
      if (end <= done) return;
      next = await update(gradients.finished(end), loss, settings);
      gradients.drop(end);
      done = end;
    });
    for (const [name, data] of Object.entries(next)) state[name]!.data.set(data);
    step.done();
    shown = programs.shown === "image" ? image.data : state[programs.shown]!.data;
  }

  const picture = async (size: Size) => cropClamped({ ...work, data: shown }, size);
  return {
    async step(settings) {
      const strength = strengths(terms, settings);
      const given = scalars("strength", strength);
      const step = kindOfStep(runtime, programs, state, schedule);
      let slopes: Record<string, Value> = {};
      try {
        const scored = await score(step.kind, step.inputs, given, true);
        slopes = Object.fromEntries(Object.entries(scored).filter(([name]) => name.startsWith("slope ")));
        const loss = await readScalar(scored.loss!);
        const shares: Record<string, number> = {};
        for (const [name, by] of Object.entries(strength))
          shares[name] = by * (await readScalar(scored[`term ${name}`]!));
        if (!Number.isFinite(loss)) throw diverged(shares);
        const lossOf = async (kind: TileKind) =>
          readScalar((await score(kind, step.inputs, given, false, ["loss"])).loss!);
        await step.judge(loss, lossOf);
        await move(step, slopes, loss, settings);
        return { loss, terms: shares };
      } finally {
        [given, slopes].forEach(dispose);
        step.dispose();
      }
    },
    reweighted() {
      if (state.checked) state.checked = { dims: [], data: Float32Array.of(UNCHECKED) };
    },
    shown: picture,
    lastGood: picture,
    async tensors() {
      const all = { image, shown: { dims: image.dims, data: shown }, ...prefixed("state", state) };
      return new Map(Object.entries(mapValues(all, ({ dims, data }): WeightTensor => ({ shape: dims, data }))));
    },
    async finish(size) {
      dispose(targets.shared);
      // The result takes the place of the shown image, so that it needs no more memory than a step.
      const last = cropHere({ ...work, data: shown }, size);
      const rest = Object.entries(state).filter(([, numbers]) => !like(numbers));
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

/** A value's numbers, released by the value. */
async function taken(value: Value): Promise<Numbers> {
  const data = await value.read();
  value.dispose();
  return { dims: value.dims, data };
}
