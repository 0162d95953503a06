/** Rewrites the tensors of a graph one by one, in eight bits where they are recognised. */
import { abs, div, maximum, mul } from "../operators/arithmetic.ts";
import { reduce } from "../operators/reduce.ts";
import type { Dim } from "../shape.ts";
import { constant, node, type RoleOf, roleOf, type Tensor } from "../tensor.ts";
import type { Quantised, Scaled } from "./operators.ts";
import * as integer from "./operators.ts";
import {
  backwardConvOf,
  croppedOf,
  featuresOf,
  gramGradientOf,
  isEight,
  isSeen,
  isSum,
  type Layer,
  maskedGradientOf,
  rowsOf,
} from "./patterns.ts";

/** One quantised tensor whose range is an input, and the smallest range it may have. */
export interface Slot {
  readonly original: Tensor;
  readonly least: number;
  readonly pass: Pass;
  readonly quantised: Quantised;
}

type Pass = "forward" | "backward";

/** What a rewriting depends on. */
export interface RewriterInput {
  /** The ranges of the previous run: [capacity]. */
  readonly ranges: Tensor;
  /** The smallest range that each activation may have. */
  readonly leastRanges: ReadonlyMap<Tensor, number>;
  /** As in `EightBitOptions`. */
  readonly direct: boolean;
}

/** The rewritten tensors of a graph; each is made once. */
export class Rewriter {
  /** All tensors with a range, in the order in which they were made. */
  readonly slots: Slot[] = [];
  readonly #input: RewriterInput;
  readonly #floats = new Map<Tensor, Tensor>();
  readonly #eights = new Map<Tensor, Quantised>();
  /** What one level of each quantised tensor is worth, by zero point. */
  readonly #worth: Readonly<Record<0 | 128, Tensor>>;

  constructor(input: RewriterInput) {
    const { ranges } = input;
    this.#input = input;
    this.#worth = { 0: div(ranges, integer.LEVELS[0]), 128: div(ranges, integer.LEVELS[128]) };
  }

  /** `x` in float32, computed from the rewritten nodes. */
  plain(x: Tensor): Tensor {
    let known = this.#floats.get(x);
    if (!known) {
      known = this.#restored(x);
      this.#floats.set(x, known);
    }
    return known;
  }

  /** The quantised version of `x`. */
  #eight(x: Tensor): Quantised {
    let known = this.#eights.get(x);
    if (!known) {
      known = this.#quantised(x);
      this.#eights.set(x, known);
    }
    return known;
  }

  #restored(x: Tensor): Tensor {
    // All activations, including the first: max pooling's gradient compares them with pooled values, so both must be
    // rounded.
    if (isSeen(x) || maskedGradientOf(x)) return integer.dequantise(this.#eight(x));
    if (x.op === "Shape" && isSeen(x.inputs[0]!)) return integer.shapeOfFloats(this.#eight(x.inputs[0]!));
    const gram = roleOf(x, "self product");
    const features = gram && rowsOf(gram.matrix);
    if (features) return integer.quantisedGram(this.#eight(features));
    return this.#remade(x);
  }

  /** The same operator applied to the rewritten inputs. */
  #remade(x: Tensor): Tensor {
    const inputs = x.inputs.map((y) => this.plain(y));
    return inputs.every((y, i) => y === x.inputs[i]) ? x : { ...x, inputs };
  }

  #quantised(x: Tensor): Quantised {
    const layer = featuresOf(x);
    if (layer) return this.#features(x, layer);
    const cropped = croppedOf(x);
    if (cropped) return integer.quantisedCrop(this.#eight(cropped.x), cropped.bounds, x.shape.slice(2) as [Dim, Dim]);
    if (isSeen(x)) {
      const from = this.#eight(x.inputs[0]!);
      return x.op === "MaxPool" ? integer.quantisedMaxPool(from) : integer.quantisedAveragePool(from);
    }
    return this.#gradient(x) ?? this.#rounded(this.plain(x), 128);
  }

  #features(x: Tensor, { x: seen, kernel, bias, factors }: Layer): Quantised {
    if (!isSeen(seen)) {
      const features = this.#remade(x);
      return this.#slot(x, 0, "forward", (as) => integer.quantise(features, as));
    }
    const from = this.#eight(seen);
    const { direct } = this.#input;
    if (!factors) return this.#slot(x, 0, "forward", (as) => integer.quantisedConv(from, kernel, bias, as, direct));
    const { between, matrix } = factors;
    const narrow = this.#slot(between, 128, "forward", (as) => integer.quantisedConv(from, kernel, undefined, as));
    return this.#slot(x, 0, "forward", (as) => integer.quantisedConv(narrow, matrix, bias, as));
  }

  /** A gradient of the backward pass; undefined for any other tensor. */
  #gradient(x: Tensor): Quantised | undefined {
    const placed = roleOf(x, "crop gradient");
    if (placed && isSeen(placed.x))
      return integer.quantisedPad(this.#eight(placed.gradient), this.#eight(placed.x), placed.bounds);
    const masked = maskedGradientOf(x);
    if (masked) return this.#maskedGradient(masked.gradient, masked.output);
    const backward = backwardConvOf(x);
    if (backward) {
      const from = this.#eight(backward.x);
      return this.#slot(x, 128, "backward", (as) => integer.quantisedConv(from, backward.kernel, undefined, as));
    }
    const routed = roleOf(x, "max pool gradient");
    if (routed && featuresOf(routed.x)) return this.#routedGradient(routed);
    if (isSum(x) && x.inputs.some(isEight)) {
      const parts = x.inputs.map((part) => this.#eight(part)) as [Quantised, Quantised];
      return this.#slot(x, 128, "backward", (as) => integer.quantisedAdd(...parts, as));
    }
    const product = gramGradientOf(x);
    if (!product) return undefined;
    const [symmetric, features] = [this.plain(product.symmetric), this.#eight(product.features)];
    return this.#slot(x, 128, "backward", (as) => integer.quantisedProduct(symmetric, features, as));
  }

  /** Where the pooled tensor is not the output of a ReLU the mask is redundant and harmless. */
  #routedGradient({ gradient, x, output }: RoleOf<"max pool gradient">): Quantised {
    return integer.maskedUnpooled(this.#eight(gradient), this.#eight(x), this.#eight(output));
  }

  /** The gradient before the ReLU that produced `features`, and before the pooling that follows it, if any. */
  #maskedGradient(gradient: Tensor, features: Tensor): Quantised {
    const routed = roleOf(gradient, "max pool gradient");
    if (routed?.x === features) return this.#routedGradient(routed);
    const spread = roleOf(gradient, "average pool gradient");
    if (spread) {
      const { scale, ...rest } = this.#eight(spread.gradient);
      return integer.maskedUpsampled({ ...rest, scale: mul(scale, 0.25) }, this.#eight(features));
    }
    return integer.masked(this.#eight(gradient), this.#eight(features));
  }

  /** A quantised tensor whose range was measured in the previous run. */
  #slot(original: Tensor, zero: 0 | 128, pass: Pass, make: (as: Scaled) => Quantised): Quantised {
    const { ranges, leastRanges } = this.#input;
    const before = this.slots.filter((other) => other.pass === pass).length;
    const place = pass === "forward" ? before : (ranges.shape[0] as number) - 1 - before;
    const index = constant(BigInt64Array.of(BigInt(place)), []);
    const quantised = make({ zero, scale: node("Gather", [this.#worth[zero], index], { shape: [] }) });
    this.slots.push({ original, quantised, pass, least: leastRanges.get(original) ?? 0 });
    return quantised;
  }

  /** Quantises a float tensor by its own current maximum. */
  #rounded(x: Tensor, zero: 0 | 128): Quantised {
    const most = maximum(reduce("ReduceMax", zero === 0 ? x : abs(x), {}), 1e-30);
    return integer.quantise(x, { zero, scale: div(most, integer.LEVELS[zero]) });
  }
}
