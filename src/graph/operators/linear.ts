/** Matrix products. */

import { sameDim, shapeText } from "../shape.ts";
import { node, type Tensor, withRole } from "../tensor.ts";
import { add, mul } from "./arithmetic.ts";
import { transpose } from "./movement.ts";

/** The product of the matrices `a` [n, k] and `b` [k, m]. */
export function matmul(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length !== 2 || b.shape.length !== 2 || !sameDim(a.shape[1]!, b.shape[0]!)) {
    throw new TypeError(`matmul: ${shapeText(a.shape)} and ${shapeText(b.shape)} do not fit`);
  }
  return node("MatMul", [a, b], {
    shape: [a.shape[0]!, b.shape[1]!],
    pullback: (g) => [matmul(g, transpose(b)), matmul(transpose(a), g)],
  });
}

/**
 * `a` times its own transpose: [n, k] to [n, n], symmetric. Its gradient `(g + g') a` needs one product where the
 * general rule needs two.
 */
export function selfProduct(a: Tensor): Tensor {
  if (a.shape.length !== 2) throw new TypeError(`selfProduct: expected a matrix, got ${shapeText(a.shape)}`);
  return node("Gemm", [a, a], {
    shape: [a.shape[0]!, a.shape[0]!],
    attributes: { transB: 1 },
    role: { kind: "self product", matrix: a },
    pullback: (g) => {
      const symmetric = isSymmetric(g) ? mul(g, 2) : add(g, transpose(g));
      const gradient = matmul(symmetric, a);
      return [withRole(gradient, { kind: "self product gradient", symmetric, matrix: a }), undefined];
    },
  });
}

/** Whether the matrix `x` is known to equal its transpose: products, symmetric inputs, and sums and multiples of them. */
export function isSymmetric(x: Tensor): boolean {
  if (x.shape.length === 0 || x.symmetric || x.role?.kind === "self product") return true;
  return ["Add", "Sub", "Mul", "Div"].includes(x.op) && x.inputs.every(isSymmetric);
}
