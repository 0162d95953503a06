/** Reuses the programs of one level, or one job, for the next. */
import type { Settings } from "../../settings/settings.ts";
import type { Weights } from "../../weights/weights.ts";
import type { OwnParts } from "../parts.ts";
import type { Extractor } from "../step/step.ts";
import type { Terms } from "../step/terms.ts";

interface Disposable {
  dispose(): Promise<void>;
}

export interface ProgramCache extends Disposable {
  /** The programs for this key and these weights: the last ones, or newly loaded ones after the last ones are freed. */
  get<T extends Disposable>(key: string, weights: Weights, load: () => Promise<T>): Promise<T>;
  /** Frees the last programs unless they match, so that others can use the memory. */
  only(key: string, weights: Weights): Promise<void>;
  /** Marks the last programs as in use until the returned function is called (once). */
  hold(): () => void;
}

interface CachedPrograms {
  readonly key: string;
  readonly weights: Weights;
  readonly programs: Disposable;
  holds: number;
  /** Freed when nobody uses them any more. */
  outdated: boolean;
}

/** Keeps the last requested programs, and those of a paused job while it needs them. */
export function programCache(): ProgramCache {
  let last: CachedPrograms | undefined;
  const dispose = async () => {
    const old = last;
    last = undefined;
    if (!old) return;
    old.outdated = true;
    if (old.holds === 0) await old.programs.dispose();
  };
  const only = async (key: string, weights: Weights) => {
    if (last?.key !== key || last.weights !== weights) await dispose();
  };
  return {
    dispose,
    only,
    async get<T extends Disposable>(key: string, weights: Weights, load: () => Promise<T>) {
      await only(key, weights);
      if (last) return last.programs as T;
      const programs = await load();
      last = { key, weights, programs, holds: 0, outdated: false };
      return programs;
    },
    hold() {
      const held = last!;
      held.holds++;
      return () => {
        held.holds--;
        if (held.outdated && held.holds === 0) void held.programs.dispose();
      };
    },
  };
}

/** What a step's graph depends on; everything else is an input. */
export function graphKey(
  extractor: Extractor,
  terms: Terms,
  { normalize, styleLoss, optimizer, parameters }: Settings,
  { losses = [], optimizer: own }: OwnParts,
): string {
  const names = [...terms.features, ...terms.image].map((term) => term.name);
  const unit = terms.features.some((term) => term.unit);
  const seen = [extractor.backbone.name, extractor.pooling, extractor.padding, extractor.grey];
  // An optimiser of the caller's own may build its graph from any parameter.
  const moved = own ? [numberOf(own), parameters] : [optimizer, parameters.history];
  return JSON.stringify([seen, names, unit, normalize, styleLoss, losses.map(numberOf), moved]);
}

const numbers = new WeakMap<object, number>();
let last = 0;

/** A number for a part: equal names do not make equal parts. */
function numberOf(part: object): number {
  const number = numbers.get(part) ?? ++last;
  numbers.set(part, number);
  return number;
}
