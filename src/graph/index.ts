/** The differentiable tensor language. Operators have their ONNX names; a gradient is more graph. */

export { check } from "./check.ts";
export { cut } from "./cut.ts";
export { type EightBit, type EightBitOptions, eightBit } from "./eight-bit/rewrite.ts";
export { grad } from "./grad.ts";
export * from "./operators/arithmetic.ts";
export { mixChannels } from "./operators/channels.ts";
export { conv, type Padding, paddings } from "./operators/convolution.ts";
export { crop } from "./operators/crop.ts";
export { differences } from "./operators/differences.ts";
export { argMax, columnsAt, subsample } from "./operators/indexing.ts";
export { isSymmetric, matmul, selfProduct } from "./operators/linear.ts";
export { concat, padCircular, padZeros, reshape, reshapeLike, roll, slice, transpose } from "./operators/movement.ts";
export { averagePool, maxPool, upsample } from "./operators/pooling.ts";
export { max, sum } from "./operators/reduce.ts";
export { count, mean, meanSquare, sumSquare, together, weightedSum } from "./operators/statistics.ts";
export { unitGradient } from "./operators/unit-gradient.ts";
export { ordered } from "./order.ts";
export { print } from "./print.ts";
export {
  type Dim,
  dimText,
  divideDim,
  elements,
  evaluateDim,
  multiplyDims,
  type Shape,
  sameShape,
  shapeText,
  symbol,
  symbolsOf,
} from "./shape.ts";
export { emptyAfter, type Spared, spared } from "./sparing.ts";
export { constant, type ElementType, expectShape, input, type Role, roleOf, scalar, type Tensor } from "./tensor.ts";
