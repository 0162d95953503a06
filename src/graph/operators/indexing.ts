/** Index operators: argmax, gathering columns by index, subsampling. No gradient flows through an index. */

import { type Dim, dimText, type Shape, symbol } from "../shape.ts";
import { integers, node, type Tensor } from "../tensor.ts";
import { shapeOf } from "./movement.ts";

/** The index of the largest element in each row of the matrix `x` [n, k]: int64 [n]. */
export function argMax(x: Tensor): Tensor {
  return node("ArgMax", [x], { shape: [x.shape[0]!], type: "int64", attributes: { axis: 1, keepdims: 0 } });
}

/** The columns of the matrix `x` [n, k] at the indices `places` [m]: [n, m]; not differentiable. */
export function columnsAt(x: Tensor, places: Tensor): Tensor {
  return node("Gather", [x, places], {
    shape: [x.shape[0]!, places.shape[0]!],
    attributes: { axis: 1 },
    pullback: () => [undefined, undefined],
  });
}

/**
 * Every n-th row and column of `x` [1, C, H, W], from the first, so that at most `most` of either remain; not
 * differentiable. The stride is odd, because poolings leave patterns of even period.
 */
export function subsample(x: Tensor, most: number): Tensor {
  const sizes = node("Slice", [shapeOf(x), integers(2), integers(4)], { shape: [2], type: "int64" });
  // An odd stride of at least size / most: 2 floor((size + most - 1) / (2 most)) + 1.
  const whole = (op: string, a: Tensor, b: number) => node(op, [a, integers(b)], { shape: [2], type: "int64" });
  const half = whole("Div", whole("Add", sizes, most - 1), 2 * most);
  const steps = whole("Add", whole("Mul", half, 2), 1);
  const [n, c, height, width] = x.shape as [Dim, Dim, Dim, Dim];
  const fewer = (size: Dim) => (typeof size === "number" ? Math.ceil(size / stepOf(size, most)) : few(size, most));
  const shape: Shape = [n, c, fewer(height), fewer(width)];
  return node("Slice", [x, integers(0, 0), integers(END, END), integers(2, 3), steps], { shape });
}

/** More than any axis has elements. */
const END = 2 ** 31 - 1;

function stepOf(size: number, most: number): number {
  return 2 * Math.floor((size + most - 1) / (2 * most)) + 1;
}

function few(size: Dim, most: number): Dim {
  return symbol(`(${dimText(size)} by ${most})`);
}
