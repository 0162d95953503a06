import { add, div, mul, pow, sub } from "../graph/index.ts";
import { likeImage, number, type Optimizer } from "./optimizer.ts";

/**
 * Wraps an optimiser so that its shown image is a running average of its images, bias-corrected like Adam's moments. It
 * removes the oscillation of the last steps. Parameter: `decay`. The average is reset at every level.
 */
export function average(inner: Optimizer): Optimizer {
  return {
    pointwise: inner.pointwise,
    exact: inner.exact ?? false,
    state: {
      ...inner.state,
      averaged: { shape: likeImage },
      averages: { shape: number },
    },
    update(input) {
      const { image, state, shown } = inner.update(input);
      const decay = input.parameters.decay!;
      const averages = add(input.state.averages!, 1);
      // Bias-corrected directly: the newest image's weight is (1 - decay) / (1 - decay^n), which is 1 at the first
      // step.
      const newest = div(sub(1, decay), sub(1, pow(decay, averages)));
      const averaged = add(mul(sub(1, newest), input.state.averaged!), mul(newest, shown));
      return { image, state: { ...state, averaged, averages }, shown: averaged };
    },
  };
}
