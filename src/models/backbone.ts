/** The contract of a backbone: a table of 3x3 convolutions in blocks, with a pooling between blocks. */

/** A convolutional network. Its blocks are lists of output channels, one per 3x3 convolution. */
export interface Backbone {
  /** Its name in `--model NAME`. */
  readonly name: string;
  /** One sentence for lists. */
  readonly summary: string;
  readonly blocks: readonly (readonly number[])[];
  /**
   * The ranks of factorised convolutions, in the form of `blocks`; 0 is a convolution as it is. One of rank r is a 3x3
   * convolution to r channels and a 1x1 convolution to its output channels (Zhang et al., arXiv 1505.06798). Left out:
   * none is factorised.
   */
  readonly ranks?: readonly (readonly number[])[];
  /** The scale of VGG19's activations (published weights) relative to this network's, roughly; default 1. */
  readonly published?: number;
}

/** One 3x3 convolution (stride 1, zero padding 1) followed by a ReLU. */
export interface Convolution {
  /** `conv4_2` is the second convolution of the fourth block. */
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** The channels between the two convolutions of a factorised one; 0 if it is not factorised. */
  readonly rank: number;
}

/** The convolutions of a backbone in order, with names and channels. */
export function convolutions(backbone: Backbone): Convolution[] {
  let inputs = 3;
  return backbone.blocks.flatMap((block, b) =>
    block.map((outputs, i) => {
      const layer = { name: `conv${b + 1}_${i + 1}`, inputs, outputs, rank: backbone.ranks?.[b]?.[i] ?? 0 };
      inputs = outputs;
      return layer;
    }),
  );
}

/** The numbers of a convolution's weights: kernel, expansion if it is factorised, bias. */
export function weightCount({ inputs, outputs, rank }: Convolution): number {
  return 9 * inputs * (rank || outputs) + outputs * rank + outputs;
}

/** Multiply-adds of a convolution for one pixel of the image. */
export function multiplyAdds({ name, inputs, outputs, rank }: Convolution): number {
  return (9 * inputs * (rank || outputs) + outputs * rank) / 4 ** (blockOf(name) - 1);
}

/** The block of a layer, from 1: `conv4_2` is in the fourth, after three poolings. */
export function blockOf(layer: string): number {
  return Number.parseInt(layer.slice(4), 10);
}

/**
 * The radius of the receptive field of `layer` in pixels: a convolution in block b adds one position, which is 2^(b -
 * 1) pixels.
 */
export function reach(backbone: Backbone, layer: string): number {
  let pixels = 0;
  for (const { name } of convolutions(backbone)) {
    pixels += 2 ** (blockOf(name) - 1);
    if (name === layer) break;
  }
  return pixels;
}

/**
 * The name `conv4_2` for Keras's `block4_conv2` and Torch's `relu4_2` (its features are after the ReLU in all three).
 * Any other name is returned unchanged.
 */
export function spokenLayer(name: string): string {
  return name.replace(/^(?:block(\d+)_conv(\d+)|relu(\d+)_(\d+))$/, (_, b, i, c, j) => `conv${b ?? c}_${i ?? j}`);
}
