/** The one convolution that VGG-like networks need: 3x3, stride 1, same size, constant kernels. */

import { divideDim, sameDim, shapeText } from "../shape.ts";
import { constant, lateConstant, node, type Tensor } from "../tensor.ts";
import { padCircular } from "./movement.ts";

/** What is beyond the edge: zeros, or the opposite edge, as if the image were tiled infinitely. */
export const paddings = ["zero", "circular"] as const;
/** One of `paddings`. */
export type Padding = (typeof paddings)[number];

/**
 * `x` [1, inputs, H, W] convolved with `kernel` [outputs, inputs, 3, 3], plus `bias` [outputs]: [1, outputs, H, W].
 *
 * The gradient with respect to `x` is again such a convolution. From
 *   y[o, i, j] = sum over c, u, v of kernel[o, c, u, v] x[c, i + u - 1, j + v - 1]
 * the pixel x[c, p, q] contributes to y[o, p - u + 1, q - v + 1], so
 *   gx[c, p, q] = sum over o, u, v of kernel[o, c, 2 - u, 2 - v] gy[o, p + u - 1, q + v - 1]:
 * the kernel rotated by 180 degrees with its two channel axes exchanged. With circular padding all indices are modulo H
 * and W in both lines, so the gradient is the circular convolution of `gy` with the same rotated kernel.
 *
 * `even` states that H and W are even: a gradient with few channels is then computed in 2x2 blocks (`blockwise`).
 */
export function conv(x: Tensor, kernel: Tensor, bias?: Tensor, padding: Padding = "zero", even = false): Tensor {
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
    role: padding === "zero" && kernel.op === "Constant" ? { kind: "convolution", x, kernel, bias } : undefined,
    pullback: (g) => [
      even && padding === "zero" && (inputs as number) <= FEW
        ? blockwise(g, kernel)
        : conv(g, rotate(kernel), undefined, padding),
    ],
  });
}

/** Up to this many output channels `blockwise` pays off: ONNX Runtime computes 16 as fast as one. */
const FEW = 3;

/**
 * The gradient `conv(g, rotate(kernel))` for a block of 2x2 pixels at a time. The four pixels depend on 4x4 values of
 * `g`, so this is a convolution with stride 2 whose output channels are the pixels of the block. Measured with 3
 * channels: 0.6 to 0.7 of the time.
 */
function blockwise(g: Tensor, kernel: Tensor): Tensor {
  const back = rotate(kernel);
  const [channels, seen] = back.shape as readonly number[] as [number, number];
  const data = new Float32Array(channels * 4 * seen * 16);
  for (let output = 0; output < channels * 4; output++) {
    const [channel, row, column] = [output >> 2, (output >> 1) & 1, output & 1];
    for (let c = 0; c < seen; c++) {
      for (let i = 0; i < 9; i++) {
        const to = (output * seen + c) * 16 + (Math.floor(i / 3) + row) * 4 + (i % 3) + column;
        data[to] = (back.data as Float32Array)[(channel * seen + c) * 9 + i]!;
      }
    }
  }
  const [n, , h, w] = g.shape;
  const blocks = node("Conv", [g, constant(data, [channels * 4, seen, 4, 4])], {
    shape: [n!, channels * 4, divideDim(h!, 2), divideDim(w!, 2)],
    attributes: { kernel_shape: [4, 4], pads: [1, 1, 1, 1], strides: [2, 2] },
  });
  return node("DepthToSpace", [blocks], {
    shape: [n!, channels, h!, w!],
    attributes: { blocksize: 2, mode: "CRD" },
    sources: [g],
    pullback: (back) => [conv(back, kernel)],
  });
}

/**
 * The kernel of the gradient: rotated by 180 degrees, channel axes exchanged. All of them are as large as the network,
 * and are garbage once a runtime has copied them: unlike other memory, that of a resizable buffer then goes back to the
 * system.
 */
function rotate({ data, shape }: Tensor): Tensor {
  if (!(data instanceof Float32Array)) throw new TypeError("conv: a gradient needs a constant kernel");
  const [outputs, inputs] = shape as readonly number[] as [number, number];
  return lateConstant("float32", [inputs, outputs, 3, 3], () => {
    const { byteLength } = data;
    const rotated = new Float32Array(new ArrayBuffer(byteLength, { maxByteLength: byteLength }), 0, data.length);
    for (let o = 0; o < outputs; o++) {
      for (let c = 0; c < inputs; c++) {
        const from = (o * inputs + c) * 9;
        const to = (c * outputs + o) * 9;
        for (let i = 0; i < 9; i++) rotated[to + i] = data[from + 8 - i]!;
      }
    }
    return rotated;
  });
}
