/** The one convolution that VGG-like networks need: 3x3, stride 1, the size kept, with fixed kernels. */
import { padCircular } from "./movement.ts";
import { sameDim, shapeText } from "./shape.ts";
import { constant, node, type Tensor } from "./tensor.ts";

/** What is beyond the edge: nothing, or the opposite edge, as if the picture were repeated without end. */
export const paddings = ["zero", "circular"] as const;
export type Padding = (typeof paddings)[number];

/**
 * `x` [1, inputs, H, W] convolved with `kernel` [outputs, inputs, 3, 3], plus `bias` [outputs]: [1, outputs, H, W].
 *
 * Its gradient with respect to `x` is again such a convolution: with
 *   y[o, i, j] = sum over c, u, v of kernel[o, c, u, v] x[c, i + u - 1, j + v - 1]
 * the pixel x[c, p, q] enters y[o, p - u + 1, q - v + 1], so
 *   gx[c, p, q] = sum over o, u, v of kernel[o, c, 2 - u, 2 - v] gy[o, p + u - 1, q + v - 1]:
 * the kernel rotated by 180 degrees with its two channel axes exchanged. With circular padding all places are meant modulo
 * H and W, in both lines alike, and where x[c, p, q] enters is y at that place modulo H and W: so the gradient is the
 * circular convolution of `gy`, by the very same rule.
 */
export function conv(x: Tensor, kernel: Tensor, bias?: Tensor, padding: Padding = "zero"): Tensor {
  const [outputs, inputs, rows, columns] = kernel.shape;
  if (rows !== 3 || columns !== 3 || x.shape.length !== 4 || !sameDim(x.shape[1]!, inputs!)) {
    throw new TypeError(`conv: ${shapeText(x.shape)} and a kernel ${shapeText(kernel.shape)} do not fit`);
  }
  const sources = bias ? [x, kernel, bias] : [x, kernel];
  const [seen, margin] = padding === "circular" ? [padCircular(x, [2, 3]), 0] : [x, 1];
  return node("Conv", [seen, ...sources.slice(1)], {
    shape: [x.shape[0]!, outputs!, x.shape[2]!, x.shape[3]!],
    attributes: { kernel_shape: [3, 3], pads: [margin, margin, margin, margin], strides: [1, 1] },
    sources,
    pullback: (g) => [conv(g, rotate(kernel), undefined, padding)],
  });
}

/** The kernel of the gradient: rotated by 180 degrees, channel axes exchanged. */
function rotate(kernel: Tensor): Tensor {
  const { data, shape } = kernel;
  if (!(data instanceof Float32Array)) throw new TypeError("conv: a gradient needs a constant kernel");
  const [outputs, inputs] = shape as readonly number[] as [number, number];
  const rotated = new Float32Array(data.length);
  for (let o = 0; o < outputs; o++) {
    for (let c = 0; c < inputs; c++) {
      const from = (o * inputs + c) * 9;
      const to = (c * outputs + o) * 9;
      for (let i = 0; i < 9; i++) rotated[to + i] = data[from + 8 - i]!;
    }
  }
  return constant(rotated, [inputs, outputs, 3, 3]);
}
