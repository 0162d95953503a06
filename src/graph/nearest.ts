/** Finding and taking: the place of the largest element, elements at places, every so manieth. No gradient flows to places. */
import { shapeOf } from "./movement.ts";
import { type Dim, dimText, type Shape, symbol } from "./shape.ts";
import { integers, node, type Tensor } from "./tensor.ts";

/** Where along the last axis each row of the matrix `x` [n, k] is largest: whole numbers [n]. */
export function argMax(x: Tensor): Tensor {
  return node("ArgMax", [x], { shape: [x.shape[0]!], type: "int64", attributes: { axis: 1, keepdims: 0 } });
}

/** The columns of the matrix `x` [n, k] at `places` [m]: [n, m]. They are taken as they are: no gradient flows to `x`. */
export function columnsAt(x: Tensor, places: Tensor): Tensor {
  return node("Gather", [x, places], {
    shape: [x.shape[0]!, places.shape[0]!],
    attributes: { axis: 1 },
    pullback: () => [undefined, undefined],
  });
}

/**
 * Of `x` [1, C, H, W] every so manieth row and column, beginning with the first, such that there are no more than `most` of
 * either; not differentiable. The steps are odd: poolings leave traces in powers of two.
 */
export function thinned(x: Tensor, most: number): Tensor {
  const sizes = node("Slice", [shapeOf(x), integers(2), integers(4)], { shape: [2], type: "int64" });
  // An odd step of at least size / most: 2 floor((size + most - 1) / (2 most)) + 1.
  const whole = (op: string, a: Tensor, b: number) => node(op, [a, integers(b)], { shape: [2], type: "int64" });
  const half = whole("Div", whole("Add", sizes, most - 1), 2 * most);
  const steps = whole("Add", whole("Mul", half, 2), 1);
  const [n, c, height, width] = x.shape as [Dim, Dim, Dim, Dim];
  const fewer = (size: Dim) => (typeof size === "number" ? Math.ceil(size / stepOf(size, most)) : few(size, most));
  const shape: Shape = [n, c, fewer(height), fewer(width)];
  return node("Slice", [x, integers(0, 0), integers(END, END), integers(2, 3), steps], { shape });
}

/** More than any axis has. */
const END = 2 ** 31 - 1;

function stepOf(size: number, most: number): number {
  return 2 * Math.floor((size + most - 1) / (2 * most)) + 1;
}

function few(size: Dim, most: number): Dim {
  return symbol(`(${dimText(size)} by ${most})`);
}
