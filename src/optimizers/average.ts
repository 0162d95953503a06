import { add, div, mul, pow, sub } from "../graph/index.ts";
import { likeImage, number, type Optimizer } from "./optimizer.ts";

/**
 * Another optimiser whose shown image is the running average of its images, corrected for the start at zero as Adam's
 * moments are. It takes out the trembling of the last steps. Parameter: `decay`. Each level begins a new average.
 */
export function average(inner: Optimizer): Optimizer {
  return {
    pointwise: inner.pointwise,
    state: {
      ...inner.state,
      averaged: { shape: likeImage },
      averages: { shape: number },
    },
    update(input) {
      const { image, state, shown } = inner.update(input);
      const decay = input.parameters.decay!;
      const averages = add(input.state.averages!, 1);
      // Corrected at once: the weight of the newest is (1 - decay) / (1 - decay^n), which is 1 at the first.
      const newest = div(sub(1, decay), sub(1, pow(decay, averages)));
      const averaged = add(mul(sub(1, newest), input.state.averaged!), mul(newest, shown));
      return { image, state: { ...state, averaged, averages }, shown: averaged };
    },
  };
}
