/**
 * A network's numbers, whatever file they came from. Refuses to know files, layers beyond their names, and networks.
 */

/** One tensor as a weights file holds it: row-major, 32-bit floats. */
export interface WeightTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * A backbone's weights in the one convention used inside: `conv1_1.weight` (output channel, input channel, row, column;
 * input channels in the order R, G, B of an image in [0, 1]), `conv1_1.bias`, ... and `mean`, three numbers (RGB, in
 * [0, 1]) that are subtracted from the image before the first layer (so that the zero padding is the mean colour, as in
 * the original). A network that was distilled may have read-outs, `conv3_1.readout` (channels of the network it learned from or a
 * rotation of them, own channels): losses see the layer's features through that matrix. A deviation or a factor 255 is folded into conv1_1's weights.
 */
export type Weights = ReadonlyMap<string, WeightTensor>;
