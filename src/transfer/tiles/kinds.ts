/**
 * Selects float32 or eight bits for the steps of a tiled level, by the same state as the program of a whole picture.
 */
import type { Runtime, Value, Values } from "../../runtimes/runtime.ts";
import { inFloats, judged, RANGES, type Schedule, type Trust } from "../precision/precision.ts";
import type { TileKind, TilePrograms } from "./programs.ts";

/** The relevant part of a tiled level's state, in host memory. */
type State = Readonly<Record<string, { readonly data: Float32Array }>>;

export interface KindOfStep {
  readonly kind: TileKind;
  /** Inputs of every program of either kind. */
  readonly inputs: Values;
  /**
   * Called before the image moves, with the step's loss and a function that computes it with programs of another kind.
   */
  judge(loss: number, lossOf: (kind: TileKind) => Promise<number>): Promise<void>;
  /** Called with the outputs of the gradient's program for a tile. */
  saw(outputs: Values): Promise<void>;
  /** Called after the last tile: updates the state for the next step. */
  done(): void;
  dispose(): void;
}

/** Selects the kind of the next step. Without a schedule all steps are in float32. */
export function kindOfStep(
  runtime: Runtime,
  { floats, eight }: TilePrograms,
  state: State,
  schedule: Schedule | undefined,
): KindOfStep {
  if (!eight || !schedule) {
    return { kind: floats, inputs: {}, judge: async () => {}, saw: async () => {}, done() {}, dispose() {} };
  }
  const number = (name: keyof Trust) => state[name]!.data[0]!;
  const trust = { stepped: number("stepped"), checked: number("checked"), mistrusted: number("mistrusted") };
  const ranges: Value = runtime.value(state.ranges!.data.slice(), [RANGES.capacity]);
  const largest = new Float32Array(RANGES.capacity);
  let next: Trust = trust;
  return {
    kind: inFloats(trust, schedule) ? floats : eight,
    inputs: { [RANGES.from]: ranges },
    async judge(loss, lossOf) {
      next = await judged(
        trust,
        schedule,
        async () => loss,
        () => lossOf(eight),
      );
    },
    async saw(outputs) {
      const seen = await outputs[RANGES.to]!.read();
      for (let i = 0; i < largest.length; i++) largest[i] = Math.max(largest[i]!, seen[i]!);
    },
    done() {
      state.ranges!.data.set(largest);
      for (const [name, x] of Object.entries(next)) state[name]!.data[0] = x;
    },
    dispose: () => ranges.dispose(),
  };
}
