/** Undo and redo of any value. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";

export interface History<T> {
  readonly value: ReadonlySignal<T>;
  readonly canUndo: ReadonlySignal<boolean>;
  readonly canRedo: ReadonlySignal<boolean>;
  /**
   * A new value. Changes under the same `gesture` (a slider that is being dragged) within a second are one step back.
   */
  set(next: T, gesture?: string): void;
  undo(): void;
  redo(): void;
  /** A value with nothing before and after it but what is given. */
  restart(value: T, before?: readonly T[], after?: readonly T[]): void;
  /** The last `length` values before the present one and the first after it, oldest first. */
  around(length: number): { readonly before: readonly T[]; readonly after: readonly T[] };
}

/** Further back than this nobody goes. */
const LENGTH = 200;
const GESTURE = 1000;

export function history<T>(first: T, now: () => number = Date.now): History<T> {
  const past = signal<readonly T[]>([first]);
  const at = signal(0);
  let last: { gesture: string | undefined; time: number } = { gesture: undefined, time: 0 };
  const step = (by: number) => {
    at.value = Math.min(past.value.length - 1, Math.max(0, at.value + by));
    last = { gesture: undefined, time: 0 };
  };
  return {
    value: computed(() => past.value[at.value]!),
    canUndo: computed(() => at.value > 0),
    canRedo: computed(() => at.value < past.value.length - 1),
    set(next, gesture) {
      const time = now();
      const goesOn = gesture !== undefined && gesture === last.gesture && time - last.time < GESTURE;
      last = { gesture, time };
      const kept = past.value.slice(0, at.value + (goesOn && at.value > 0 ? 0 : 1));
      batch(() => {
        past.value = [...kept, next].slice(-LENGTH);
        at.value = past.value.length - 1;
      });
    },
    undo: () => step(-1),
    redo: () => step(1),
    restart(value, before = [], after = []) {
      batch(() => {
        past.value = [...before, value, ...after];
        at.value = before.length;
      });
    },
    around: (length) => ({
      before: past.value.slice(Math.max(0, at.value - length), at.value),
      after: past.value.slice(at.value + 1, at.value + 1 + length),
    }),
  };
}
