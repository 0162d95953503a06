/** Recognises the parts of the network's forward and backward passes, by the operators and roles of a graph's tensors. */
import { sameShape } from "../shape.ts";
import { type RoleOf, roleOf, type Tensor } from "../tensor.ts";

/** A convolution with a bias, in one piece or factorised. */
export interface Layer {
  readonly x: Tensor;
  readonly kernel: Tensor;
  readonly bias: Tensor;
  /** What the kernel gives, and the matrix that expands it. */
  readonly factors?: { readonly between: Tensor; readonly matrix: Tensor };
}

/** The convolution of which `x` is the ReLU: `x` is a layer's features. */
export function featuresOf(x: Tensor): Layer | undefined {
  if (x.op !== "Relu") return undefined;
  const convolved = x.inputs[0]!;
  const whole = roleOf(convolved, "convolution");
  if (whole) return whole.bias && { ...whole, bias: whole.bias };
  const mixture = roleOf(convolved, "channel mixture");
  const first = mixture && roleOf(mixture.x, "convolution");
  if (!mixture?.bias || !first || first.bias) return undefined;
  const factors = { between: mixture.x, matrix: mixture.matrix };
  return { x: first.x, kernel: first.kernel, bias: mixture.bias, factors };
}

/** Features, pooled, cropped or not: possible inputs of a quantised convolution. */
export function isSeen(x: Tensor): boolean {
  const isPart = isPooling(x) || roleOf(x, "crop") !== undefined;
  return featuresOf(x) !== undefined || (isPart && isSeen(x.inputs[0]!));
}

/** What `x` is cropped from, if that is features. */
export function croppedOf(x: Tensor): RoleOf<"crop"> | undefined {
  const cropped = roleOf(x, "crop");
  return cropped && isSeen(cropped.x) ? cropped : undefined;
}

export function isPooling({ op }: Tensor): boolean {
  return op === "MaxPool" || op === "AveragePool";
}

/** The gradient before the ReLU of features, if `x` is one that has their shape. */
export function maskedGradientOf(x: Tensor): RoleOf<"relu gradient"> | undefined {
  const masked = roleOf(x, "relu gradient");
  const fits = masked && featuresOf(masked.output) && sameShape(masked.gradient.shape, masked.output.shape);
  return fits ? masked : undefined;
}

/** The convolution in the backward pass: of a masked gradient, or the two of a factorised convolution's. */
export function backwardConvOf(x: Tensor): { x: Tensor; kernel: Tensor } | undefined {
  const mixture = roleOf(x, "channel mixture");
  if (mixture)
    return mixture.bias || !maskedGradientOf(mixture.x) ? undefined : { x: mixture.x, kernel: mixture.matrix };
  const convolution = roleOf(x, "convolution");
  if (!convolution || convolution.bias) return undefined;
  const isBackward =
    maskedGradientOf(convolution.x) ?? (roleOf(convolution.x, "channel mixture") && backwardConvOf(convolution.x));
  return isBackward ? convolution : undefined;
}

/** A sum of two tensors of the same shape. */
export function isSum(x: Tensor): boolean {
  return x.op === "Add" && x.inputs.every((part) => sameShape(part.shape, x.shape));
}

/** Whether the gradient `x` is available in eight bits without a conversion from float32. */
export function isEight(x: Tensor): boolean {
  const placed = roleOf(x, "crop gradient");
  if (placed) return isEight(placed.gradient);
  return backwardConvOf(x) !== undefined || gramGradientOf(x) !== undefined || (isSum(x) && x.inputs.some(isEight));
}

/** The features, or part of them, that `x` reshapes to [C, H * W]. */
export function rowsOf(x: Tensor): Tensor | undefined {
  const features = x.op === "Reshape" && x.shape.length === 2 ? x.inputs[0]! : undefined;
  return features && (featuresOf(features) || croppedOf(features)) && x.shape[0] === features.shape[1]
    ? features
    : undefined;
}

/** The gradient of a Gram product with respect to its features: a product that is reshaped to their shape. */
export function gramGradientOf(x: Tensor): { symmetric: Tensor; features: Tensor } | undefined {
  const product = x.op === "Reshape" ? roleOf(x.inputs[0]!, "self product gradient") : undefined;
  const features = product && rowsOf(product.matrix);
  return features && sameShape(features.shape, x.shape) ? { symmetric: product.symmetric, features } : undefined;
}
