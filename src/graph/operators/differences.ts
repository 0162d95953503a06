/** Differences of neighbouring pixels, as small convolutions: two operators where slices would be ten. */
import { addDims, type Dim, type Shape, sameDim, shapeText } from "../shape.ts";
import { constant, integers, node, scalar, type Tensor } from "../tensor.ts";
import { add } from "./arithmetic.ts";

/**
 * The channels of `x` [1, C, H, W] mixed by the constant `matrix` [K, C], as differences to the right neighbour and to the
 * lower one: [1, 2 K, H, W]. In the last column and the last row they are 0.
 */
export function differences(x: Tensor, matrix: Tensor): Tensor {
  const [mixed, channels] = matrix.shape as readonly number[] as [number, number];
  const [n, inputs, height, width] = x.shape as [Dim, Dim, Dim, Dim];
  if (!(matrix.data instanceof Float32Array) || x.shape.length !== 4 || !sameDim(inputs, channels))
    throw new TypeError(`differences: ${shapeText(x.shape)} and a matrix ${shapeText(matrix.shape)} do not fit`);
  const values = [...matrix.data];
  // A repeated edge makes the differences across it 0.
  const padded = node("Pad", [x, integers(0, 0, 0, 0, 0, 0, 1, 1), scalar(0)], {
    shape: [n, channels, addDims(height, 1), addDims(width, 1)],
    attributes: { mode: "edge" },
  });
  const forward = [...values.flatMap((m) => [-m, m, 0, 0]), ...values.flatMap((m) => [-m, 0, m, 0])];
  const kernel = constant(Float32Array.from(forward), [2 * mixed, channels, 2, 2]);
  return node("Conv", [padded, kernel], {
    shape: [n, 2 * mixed, height, width],
    attributes: { kernel_shape: [2, 2], pads: [0, 0, 0, 0], strides: [1, 1] },
    sources: [x],
    pullback: (g) => {
      // Each pixel is in the difference that begins at it and in the one that ends there.
      const backward = Array.from({ length: channels }, (_, c) => c).flatMap((c) =>
        Array.from({ length: mixed }, (_, k) => values[k * channels + c]!).flatMap((m) => [m, -m]),
      );
      const along = (axis: 2 | 3, from: number) => {
        const sides = axis === 2 ? [2, 1] : [1, 2];
        const pads = axis === 2 ? [1, 0, 1, 0] : [0, 1, 0, 1];
        return node(
          "Conv",
          [begun(g, axis, from, mixed), constant(Float32Array.from(backward), [channels, mixed, ...sides])],
          { shape: x.shape, attributes: { kernel_shape: sides, pads, strides: [1, 1] } },
        );
      };
      return [add(along(3, 0), along(2, mixed))];
    },
  });
}

/** Of `count` channels from `from` on, all but the last place along `axis`, where no difference begins. */
function begun(x: Tensor, axis: 2 | 3, from: number, count: number): Tensor {
  const shape: Shape = x.shape.map((dim, i) => (i === 1 ? count : i === axis ? addDims(dim, -1) : dim));
  return node("Slice", [x, integers(from, 0), integers(from + count, -1), integers(1, axis)], { shape });
}
