/**
 * What a backbone is: a table of 3x3 convolutions in blocks, a pooling between blocks. It knows layers by their spoken
 * names and refuses to know losses, runtimes and where weights come from.
 */

/** A convolutional network that sees pictures: its blocks are lists of output channels, one for each 3x3 convolution. */
export interface Backbone {
  /** As users say it: `--model NAME`. */
  readonly name: string;
  /** One sentence for lists. */
  readonly summary: string;
  readonly blocks: readonly (readonly number[])[];
  /** How many times as loud the features of VGG19 with its published weights are, about; by default as loud. */
  readonly published?: number;
}

/** One 3x3 convolution (stride 1, zero padding 1) followed by a ReLU. */
export interface Convolution {
  /** `conv4_2` is the second convolution of the fourth block. */
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
}

/** The convolutions of a backbone in order, with their names and channels. */
export function convolutions(backbone: Backbone): Convolution[] {
  let inputs = 3;
  return backbone.blocks.flatMap((block, b) =>
    block.map((outputs, i) => {
      const layer = { name: `conv${b + 1}_${i + 1}`, inputs, outputs };
      inputs = outputs;
      return layer;
    }),
  );
}

/** The block of a layer, from 1: `conv4_2` is in the fourth, behind three poolings. */
export function blockOf(layer: string): number {
  return Number.parseInt(layer.slice(4), 10);
}

/**
 * How many pixels around its own the features of `layer` see, at most: a convolution in block b looks one position
 * further, which is 2^(b - 1) pixels.
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
 * The spoken name of a layer as other programs call it: Keras's `block4_conv2` and Torch's `relu4_2` are `conv4_2` (its
 * features are after the ReLU in all three). Any other name is returned as it is.
 */
export function spokenLayer(name: string): string {
  return name.replace(/^(?:block(\d+)_conv(\d+)|relu(\d+)_(\d+))$/, (_, b, i, c, j) => `conv${b ?? c}_${i ?? j}`);
}
