/** The losses of a job by step, thinned out if there are very many. */
import * as z from "zod/mini";
import type { StepEvent } from "../../transfer/events.ts";

export const curvesSchema = z.object({
  /** Ascending. */
  steps: z.readonly(z.array(z.number())),
  /** By the term's name, its share of the loss at each of these steps. */
  terms: z.record(z.string(), z.readonly(z.array(z.number()))),
  /** One of every so many steps is kept. */
  every: z.number(),
});
export type Curves = z.infer<typeof curvesSchema>;

export interface LossHistory {
  add(event: StepEvent): void;
  curves(): Curves;
}

/** A history of at most `most` steps; beyond that, every other one is dropped, repeatedly. Continues `before`. */
export function lossHistory(most: number, before: Curves = { steps: [], terms: {}, every: 1 }): LossHistory {
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
      // The last step always has a point: it is the result's.
      const all = last && kept.at(-1) !== last ? [...kept, last] : kept;
      const names = Object.keys(last?.terms ?? {});
      const terms = names.map((name) => [name, all.map((one) => one.terms[name] ?? 0)] as const);
      return { steps: all.map(({ step }) => step), terms: Object.fromEntries(terms), every };
    },
  };
}

/** The curves up to a step. */
export function curvesUntil(last: number, { steps, terms, every }: Curves): Curves {
  const count = steps.filter((step) => step <= last).length;
  const until = Object.entries(terms).map(([name, values]) => [name, values.slice(0, count)]);
  return { steps: steps.slice(0, count), terms: Object.fromEntries(until), every };
}

/** Five digits: more than a chart can show, and a third of the text. */
export function roundedCurves({ terms, ...curves }: Curves): Curves {
  const round = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(5)));
  return { ...curves, terms: Object.fromEntries(Object.entries(terms).map(([name, values]) => [name, round(values)])) };
}
