/** The optimiser's update of a tiled picture: rows in place, in pieces where the optimiser is `pointwise`. */
import type { Size } from "../../image/image.ts";
import { mapValues, prefixed } from "../../records.ts";
import type { Runtime } from "../../runtimes/runtime.ts";
import type { Settings } from "../../settings/settings.ts";
import { diverged, finite, parametersOf } from "../level/level.ts";
import { dispose, scalarValue } from "../step/program.ts";
import type { FinishedRows } from "./gradient-rows.ts";
import type { Numbers, Scratch } from "./host.ts";
import { cutTile, putTile } from "./pixels.ts";
import type { TilePrograms } from "./programs.ts";

/** The largest number of pixels in a piece of the update: the runtime holds about ten such pieces. */
const PIECE = 1 << 18;

export interface UpdateInput {
  readonly runtime: Runtime;
  readonly programs: Pick<TilePrograms, "update" | "pointwise">;
  readonly image: Numbers;
  readonly state: Readonly<Record<string, Numbers>>;
  readonly work: Size;
  readonly memoryFor: Scratch;
}

/**
 * Updates rows by their gradient; resolves to the new value of state that is not an image, which changes once all rows
 * are done.
 */
export type Update = (rows: FinishedRows, loss: number, settings: Settings) => Promise<Record<string, Float32Array>>;

/** Makes the update of a level, in place. */
export function rowUpdate({ runtime, programs, image, state, work, memoryFor }: UpdateInput): Update {
  const { pointwise } = programs;

  return async ({ area, data, size: held }, loss, settings) => {
    // Rows are not updated by a non-finite gradient, so the shown image is always finite, possibly between two steps.
    if (!finite(data)) throw diverged();
    const few = pointwise ? Math.max(1, Math.floor(PIECE / area.width)) : area.height;
    const next: Record<string, Float32Array> = {};
    for (let from = 0; from < area.height; from += few) {
      const rows = { ...area, y: area.y + from, height: Math.min(few, area.height - from) };
      const part = (name: string, planes: Float32Array, size: Size, y: number) =>
        runtime.value(cutTile(planes, size, { ...rows, y }, memoryFor(name, 3, rows)), [1, 3, rows.height, rows.width]);
      const given = (name: string, numbers: Numbers) =>
        pointwise && isLike(image, numbers)
          ? part(name, numbers.data, work, rows.y)
          : runtime.value(numbers.data, numbers.dims);
      const scalars = mapValues(parametersOf(settings), (x) => scalarValue(runtime, x));
      const inputs = {
        image: given("image", image),
        gradient: pointwise ? part("gradient", data, held, from) : runtime.value(data, image.dims),
        loss: scalarValue(runtime, loss),
        ...Object.fromEntries(Object.entries(state).map(([name, x]) => [`state ${name}`, given(`state ${name}`, x)])),
        ...prefixed("parameter", scalars),
      };
      const outputs = await programs.update.run(inputs).finally(() => dispose(inputs));
      putTile(image.data, work, await outputs["next image"]!.read(), rows);
      for (const [name, numbers] of Object.entries(state)) {
        // Only the optimiser's own state is updated.
        const made = await outputs[`next ${name}`]?.read();
        if (!made) continue;
        if (isLike(image, numbers)) putTile(numbers.data, work, made, rows);
        else next[name] = made.slice();
      }
      dispose(outputs);
    }
    return next;
  };
}

/** Whether `numbers` has a place for every one of the image. */
export function isLike(image: Numbers, numbers: Numbers): boolean {
  return String(numbers.dims) === String(image.dims);
}
