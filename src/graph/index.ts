/** The differentiable tensor language. Operators have their ONNX names; a gradient is more graph. */
export * from "./arithmetic.ts";
export { mixChannels, mixture } from "./channels.ts";
export { check } from "./check.ts";
export { conv, type Padding, paddings } from "./convolution.ts";
export { type EightBit, type EightBitOptions, eightBit } from "./eightbit.ts";
export { grad } from "./grad.ts";
export { argMax, columnsAt, subsample } from "./indexing.ts";
export { matmul, selfProduct } from "./linear.ts";
export { concat, padCircular, padZeros, reshape, reshapeLike, roll, slice, transpose } from "./movement.ts";
export { ordered } from "./order.ts";
export { averagePool, maxPool, upsample } from "./pooling.ts";
export { print } from "./print.ts";
export { max, sum } from "./reduce.ts";
export {
  type Dim,
  dimText,
  elements,
  evaluateDim,
  multiplyDims,
  type Shape,
  sameShape,
  shapeText,
  symbol,
} from "./shape.ts";
export { count, mean, meanSquare, sumSquare } from "./statistics.ts";
export { constant, type ElementType, expectShape, input, scalar, type Tensor } from "./tensor.ts";
export { unitGradient } from "./unit-gradient.ts";
