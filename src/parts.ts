/**
 * The entry point for authors of losses, optimisers, backbones and runtimes: their contracts, the operators of graphs,
 * sums over positions and ranges of parameters. It depends on no platform.
 *
 * @example
 * ```ts
 * import { div, type OwnLoss, places, squares } from "pastiche/parts";
 *
 * export const dark: OwnLoss = {
 *   name: "dark",
 *   summary: "how far the picture is from black",
 *   role: "image",
 *   make: () => ({
 *     measure: (image, weight) => [squares(image, weight), places(image, weight)],
 *     score: ([sum, positions]) => div(sum!, positions!),
 *   }),
 * };
 * ```
 */
export {
  abs,
  add,
  and,
  argMax,
  averagePool,
  check,
  clip,
  columnsAt,
  concat,
  constant,
  conv,
  count,
  type Dim,
  div,
  elements,
  equal,
  float,
  grad,
  greater,
  greaterOrEqual,
  input,
  matmul,
  max,
  maximum,
  maxPool,
  mean,
  meanSquare,
  minimum,
  mixChannels,
  mul,
  multiplyDims,
  neg,
  not,
  or,
  type Padding,
  padCircular,
  padZeros,
  pow,
  print,
  relu,
  reshape,
  reshapeLike,
  roll,
  type Shape,
  scalar,
  selfProduct,
  slice,
  sqrt,
  sub,
  subsample,
  sum,
  sumSquare,
  symbol,
  type Tensor,
  transpose,
  unitGradient,
  upsample,
  where,
} from "./graph/index.ts";
export type { FeatureLoss, Filter, FilterKind, ImageLoss, LossKind, Normalization, Scale } from "./losses/loss.ts";
export { channelProducts, channelSums, places, squares } from "./losses/statistics.ts";
export { type Backbone, type Convolution, convolutions } from "./models/backbone.ts";
export {
  likeImage,
  number,
  type Optimizer,
  type StateSpec,
  type Update,
  type UpdateInput,
} from "./optimizers/optimizer.ts";
export { type Parameter, type Parameters, parameter } from "./parameters/parameter.ts";
export { numberIn, type Range, type ValueKind } from "./parameters/value.ts";
export type {
  LoadOptions,
  Model as OnnxModel,
  Program,
  Runtime,
  RuntimeChoice,
  RuntimeOptions,
  Value,
  Values,
} from "./runtimes/runtime.ts";
export type { OwnFilterLoss, OwnImageLoss, OwnLayerLoss, OwnLoss, OwnOptimizer } from "./settings/parts.ts";
export type { OwnModel } from "./transfer/network.ts";
export type { ConvolutionWeights, Weights } from "./weights/weights.ts";
