/** A network's weights in the one internal convention, and as named tensors, as files and checkpoints hold them. */

/** The numbers of one 3x3 convolution. */
export interface ConvolutionWeights {
  /** Output channel, input channel, row, column; the input channels of the first layer are R, G, B of an image in [0, 1]. */
  readonly kernel: Float32Array;
  /** One number per output channel. */
  readonly bias: Float32Array;
  /**
   * A factorised convolution has it: the matrix (output channel, rank) of the 1x1 convolution after the kernel, whose output
   * channels are then the rank.
   */
  readonly expansion?: Float32Array | undefined;
  /**
   * A distilled network may have it: losses read the layer's features through this matrix (channels of the teacher or a
   * rotation of them, own channels).
   */
  readonly readout?: Float32Array | undefined;
}

/** A backbone's weights. Standard deviations and factors of 255 are folded into the first layer. */
export interface Weights {
  /**
   * Subtracted from the image before the first layer (R, G, B in [0, 1]), so that zero padding is the mean colour, as in the
   * original; none if left out.
   */
  readonly mean?: Float32Array | undefined;
  /** By layer: `conv1_1`, ... */
  readonly layers: Readonly<Record<string, ConvolutionWeights>>;
}

/** One tensor: row-major float32. */
export interface WeightTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The weights as tensors: `conv1_1.weight`, `conv1_1.bias`, ..., then `conv3_1.readout`, ..., then `mean`. */
export function weightTensors({ layers, mean }: Weights): Map<string, WeightTensor> {
  const tensors = new Map<string, WeightTensor>();
  for (const [name, { kernel, bias, expansion }] of Object.entries(layers)) {
    const outputs = bias.length;
    const rank = expansion ? expansion.length / outputs : outputs;
    tensors.set(`${name}.weight`, { shape: [rank, kernel.length / (9 * rank), 3, 3], data: kernel });
    if (expansion) tensors.set(`${name}.expansion`, { shape: [outputs, rank], data: expansion });
    tensors.set(`${name}.bias`, { shape: [outputs], data: bias });
  }
  for (const [name, { readout, bias }] of Object.entries(layers)) {
    if (readout) tensors.set(`${name}.readout`, { shape: [readout.length / bias.length, bias.length], data: readout });
  }
  if (mean) tensors.set("mean", { shape: [3], data: mean });
  return tensors;
}
