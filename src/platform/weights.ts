/**
 * What a platform answers when it is asked for a backbone's weights. Refuses to know files and networks; `node/weights.ts`
 * is one answer.
 */
import type { Weights } from "../weights/weights.ts";

/** Where weights were found: with the package, in our cache, or in the cache of Keras or PyTorch. */
export type WeightsOrigin = "package" | "cache" | "keras" | "torch";

/** A backbone's weights, and what a result's metadata should say about them. */
export interface LoadedWeights {
  readonly weights: Weights;
  readonly origin: WeightsOrigin;
  /** Where the numbers come from, for people: a file's name. */
  readonly source: string;
  /** SHA-256 of the tensors' bytes as they are kept, in hexadecimal: the same weights give the same digest. */
  readonly digest: string;
}
