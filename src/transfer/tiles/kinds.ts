/**
 * In which of two kinds a tiled level takes its steps, floats or eight bits. It goes by the state and writes what the next
 * step goes by into it, as a whole picture's program does; tiles, sums and updates are not its business.
 */
import type { Runtime, Value, Values } from "../../runtimes/runtime.ts";
import { inFloats, judged, RANGES, type Schedule, type Trust } from "../precision/precision.ts";
import type { TileKind, TilePrograms } from "./programs.ts";

/** The part of a tiled level's state that is meant here: numbers in memory of our own. */
type State = Readonly<Record<string, { readonly data: Float32Array }>>;

export interface KindOfStep {
  readonly kind: TileKind;
  /** Goes into every program of either kind. */
  readonly inputs: Values;
  /** Before the image moves: the step's loss, and what computes it on programs of another kind, if it is to be compared. */
  judge(loss: number, lossOf: (kind: TileKind) => Promise<number>): Promise<void>;
  /** What the gradient's program gave for a tile. */
  saw(outputs: Values): Promise<void>;
  /** After the last tile: the state is that of the next step. */
  done(): void;
  dispose(): void;
}

/** The kind of the next step. Without a schedule all steps are in floats. */
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
