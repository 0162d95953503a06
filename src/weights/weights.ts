/** A network's weights in the one internal convention. */

/** One tensor: row-major float32. */
export interface WeightTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * A backbone's weights: `conv1_1.weight` (output channel, input channel, row, column; input channels in the order R, G,
 * B of an image in [0, 1]), `conv1_1.bias`, ... and `mean`, three numbers (RGB in [0, 1]) that are subtracted from the
 * image before the first layer, so that zero padding is the mean colour, as in the original. Standard deviations and
 * factors of 255 are folded into conv1_1. A distilled network may have read-outs, `conv3_1.readout` (channels of the
 * teacher or a rotation of them, own channels): losses read the layer's features through that matrix.
 */
export type Weights = ReadonlyMap<string, WeightTensor>;
