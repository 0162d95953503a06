/** The losses of a job as its step events tell them, thinned where there are very many. What is drawn of them, it refuses to know. */
import type { Curves } from "../pages/curves.ts";
import type { StepEvent } from "../transfer/events.ts";

export interface LossLog {
  add(event: StepEvent): void;
  curves(): Curves;
}

/** A log of at most `most` steps: when there are more, every other one is forgotten, and so again. Goes on after `before`. */
export function lossLog(most: number, before: Curves = { steps: [], terms: {}, every: 1 }): LossLog {
  let kept: Pick<StepEvent, "step" | "terms">[] = before.steps.map((step, i) => ({
    step,
    terms: Object.fromEntries(Object.entries(before.terms).map(([name, values]) => [name, values[i] ?? 0])),
  }));
  let { every } = before;
  let last: Pick<StepEvent, "step" | "terms"> | undefined;
  return {
    add({ step, terms }) {
      last = { step, terms };
      if (step % every === 0) kept.push(last);
      while (kept.length > most) {
        every *= 2;
        kept = kept.filter((one) => one.step % every === 0);
      }
    },
    curves() {
      // The last one is always worth a point: it is what the result has.
      const all = last && kept.at(-1) !== last ? [...kept, last] : kept;
      const names = Object.keys(last?.terms ?? {});
      const terms = names.map((name) => [name, all.map((one) => one.terms[name] ?? 0)] as const);
      return { steps: all.map(({ step }) => step), terms: Object.fromEntries(terms), every };
    },
  };
}
