import { add, div, mul, pow, sub } from "../graph/index.ts";
import { likeImage, number, type Optimizer } from "./optimizer.ts";

/**
 * Another optimiser whose shown image is the running average of its images, corrected for the start at zero as Adam's
 * moments are. It takes out the trembling of the last steps. Parameter: `decay`. Each level begins a new average.
 */
export function average(inner: Optimizer): Optimizer {
  return {
    state: {
      ...inner.state,
      averaged: { shape: likeImage, growth: "reset" },
      averages: { shape: number, growth: "reset" },
    },
    update(input) {
      const { image, state, shown } = inner.update(input);
      const decay = input.parameters.decay!;
      const averages = add(input.state.averages!, 1);
      const averaged = add(mul(decay, input.state.averaged!), mul(sub(1, decay), shown));
      return {
        image,
        state: { ...state, averaged, averages },
        shown: div(averaged, sub(1, pow(decay, averages))),
      };
    },
  };
}
