/** Building blocks of filters: averages of pixel blocks, differences of neighbours. */
import { averagePool, type Padding, padZeros, roll, slice, sub, type Tensor } from "../graph/index.ts";
import type { Scale } from "./loss.ts";

/** The means of blocks of `scale` by `scale` pixels: [N, C, H / scale, W / scale]. */
export function averaged(image: Tensor, scale: Scale): Tensor {
  let x = image;
  for (let side = 1; side < scale; side *= 2) x = averagePool(x);
  return x;
}

/** The second difference along `axis`; edges are extended by their own value. The shape is kept. */
export function curvature(x: Tensor, axis: number, padding: Padding): Tensor {
  if (padding === "circular") return sub(sub(roll(x, axis, 1), x), sub(x, roll(x, axis, -1)));
  const between = steps(x, axis);
  return sub(padZeros(between, axis, 0, 1), padZeros(between, axis, 1, 0));
}

function steps(x: Tensor, axis: number): Tensor {
  return sub(slice(x, axis, 1), slice(x, axis, 0, -1));
}
