/** Cropping to an area that is known at run time, and its gradient. */
import type { Dim } from "../shape.ts";
import { type Bounds, integers, node, roleOf, scalar, type Tensor, withRole } from "../tensor.ts";
import { mixChannels } from "./channels.ts";
import { shapeOf, slice } from "./movement.ts";

/**
 * The positions of `x` [1, C, H, W] in `area`, float32 [4] of whole numbers: its first row and column, and those behind
 * its last ones. `size` is its height and width. The gradient is zero outside. A mixture of channels is computed of the
 * cropped tensor. Given the height and width of `x` as `whole`, float32 [2], the gradient does not depend on `x`.
 */
export function crop(x: Tensor, area: Tensor, size: readonly [Dim, Dim], whole?: Tensor): Tensor {
  const mixed = roleOf(x, "channel mixture");
  if (mixed) return mixChannels(crop(mixed.x, area, size, whole), mixed.matrix, mixed.bias);
  const places = integersOf(area);
  const bounds = { from: slice(places, 0, 0, 2), to: slice(places, 0, 2), whole: whole && integersOf(whole) };
  const [n, channels] = x.shape as [Dim, Dim];
  const cropped = node("Slice", [x, bounds.from, bounds.to, integers(2, 3)], {
    shape: [n, channels, ...size],
    role: { kind: "crop", x, bounds },
    pullback: (gradient) => {
      const padded = padTo(gradient, x, bounds, scalar(0));
      return [withRole(padded, { kind: "crop gradient", gradient, x, bounds })];
    },
  });
  return cropped;
}

/**
 * `x` at its `bounds` of a tensor of the shape of `like` and of four axes, the cropped ones from `axis` on; `fill`
 * everywhere else. All axes are padded, some by nothing: ONNX Runtime's optimiser of transpositions forgets that Pad
 * can be of some axes only.
 */
export function padTo(x: Tensor, like: Tensor, { from, to, whole }: Bounds, fill: Tensor, axis = 2): Tensor {
  const size = whole ?? node("Gather", [shapeOf(like), integers(axis, axis + 1)], { shape: [2], type: "int64" });
  const after = node("Sub", [size, to], { shape: [2], type: "int64" });
  const none = (count: number) => integers(...new Array<number>(count).fill(0));
  const parts = [from, after]
    .flatMap((each) => [none(axis), each, none(2 - axis)])
    .filter((each) => each.shape[0] !== 0);
  const pads = node("Concat", parts, { shape: [8], type: "int64", attributes: { axis: 0 } });
  return node("Pad", [x, pads, fill], { shape: like.shape, type: x.type, attributes: { mode: "constant" } });
}

/** Whole numbers in float32 as int64. */
function integersOf(x: Tensor): Tensor {
  return node("Cast", [x], { shape: x.shape, type: "int64", attributes: { to: "int64" } });
}
