/** Halving and doubling of height and width: 2x2 pooling with stride 2, and nearest-neighbour upsampling. */

import { divideDim, multiplyDims, type Shape, shapeText } from "../shape.ts";
import { constant, node, type Tensor, withRole } from "../tensor.ts";
import { equal, float, maximum, mul } from "./arithmetic.ts";

const WINDOW = { kernel_shape: [2, 2], strides: [2, 2] };

function halved(x: Tensor): Shape {
  if (x.shape.length !== 4) throw new TypeError(`pooling: expected [N, C, H, W], got ${shapeText(x.shape)}`);
  return [x.shape[0]!, x.shape[1]!, divideDim(x.shape[2]!, 2), divideDim(x.shape[3]!, 2)];
}

/** Less than any feature that counts. */
const LEAST = 1e-30;

/**
 * The maximum of each 2x2 block. The gradient goes to every element that equals the maximum. Behind a ReLU most ties are
 * blocks of zeros, where it has no gradient: nothing there equals a maximum of at least `LEAST`.
 */
export function maxPool(x: Tensor): Tensor {
  const output: Tensor = node("MaxPool", [x], {
    shape: halved(x),
    attributes: WINDOW,
    pullback: (gradient) => {
      const most = x.op === "Relu" ? maximum(output, LEAST) : output;
      const routed = mul(float(equal(x, upsample(most))), upsample(gradient));
      return [withRole(routed, { kind: "max pool gradient", gradient, x, output })];
    },
  });
  return output;
}

/** The mean of each 2x2 block, which the paper prefers (section 2). */
export function averagePool(x: Tensor): Tensor {
  return node("AveragePool", [x], {
    shape: halved(x),
    attributes: WINDOW,
    pullback: (gradient) => [withRole(upsample(mul(gradient, 0.25)), { kind: "average pool gradient", gradient })],
  });
}

/** Every element repeated to a 2x2 block. */
export function upsample(x: Tensor): Tensor {
  const none = constant(new Float32Array(0), [0]);
  const scales = constant(Float32Array.of(1, 1, 2, 2), [4]);
  return node("Resize", [x, none, scales], {
    shape: [x.shape[0]!, x.shape[1]!, multiplyDims(x.shape[2]!, 2), multiplyDims(x.shape[3]!, 2)],
    attributes: { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" },
    pullback: (g) => [mul(averagePool(g), 4), undefined, undefined],
  });
}
