/** The contract of a platform's loader of weights. */
import type { Weights } from "../weights/weights.ts";

/** Where weights were found: in the package, in our cache, or in the cache of Keras or PyTorch. */
export type WeightsOrigin = "package" | "cache" | "keras" | "torch";

/** A backbone's weights, with provenance for a result's metadata. */
export interface LoadedWeights {
  readonly weights: Weights;
  readonly origin: WeightsOrigin;
  /** The file's name, for users. */
  readonly source: string;
  /** SHA-256 of the stored tensors in hexadecimal: equal weights have equal digests. */
  readonly digest: string;
}
