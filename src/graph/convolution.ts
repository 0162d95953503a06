/** The one convolution that VGG-like networks need: 3x3, stride 1, zero padding 1, with fixed kernels. */
import { sameDim, shapeText } from "./shape.ts";
import { constant, node, type Tensor } from "./tensor.ts";

/**
 * `x` [1, inputs, H, W] convolved with `kernel` [outputs, inputs, 3, 3], plus `bias` [outputs]: [1, outputs, H, W].
 *
 * Its gradient with respect to `x` is again such a convolution: with
 *   y[o, i, j] = sum over c, u, v of kernel[o, c, u, v] x[c, i + u - 1, j + v - 1]
 * the pixel x[c, p, q] enters y[o, p - u + 1, q - v + 1], so
 *   gx[c, p, q] = sum over o, u, v of kernel[o, c, 2 - u, 2 - v] gy[o, p + u - 1, q + v - 1]:
 * the kernel rotated by 180 degrees with its two channel axes exchanged.
 */
export function conv(x: Tensor, kernel: Tensor, bias?: Tensor): Tensor {
  const [outputs, inputs, rows, columns] = kernel.shape;
  if (rows !== 3 || columns !== 3 || x.shape.length !== 4 || !sameDim(x.shape[1]!, inputs!)) {
    throw new TypeError(`conv: ${shapeText(x.shape)} and a kernel ${shapeText(kernel.shape)} do not fit`);
  }
  return node("Conv", bias ? [x, kernel, bias] : [x, kernel], {
    shape: [x.shape[0]!, outputs!, x.shape[2]!, x.shape[3]!],
    attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1] },
    pullback: (g) => [conv(g, rotate(kernel)), undefined, undefined].slice(0, bias ? 3 : 2),
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
