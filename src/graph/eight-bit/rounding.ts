/**
 * Quantises the kernels of 3x3 and 1x1 convolutions to int8.
 *
 * Rounding each weight to nearest is not optimal: the input of a convolution is smooth, so the errors of the nine
 * weights on one channel add up to an error of that channel's mean. Therefore the sum of every 3x3 kernel is preserved
 * as well as possible, and then the sum over all channels, by rounding the weights that lose least by it to the second
 * nearest value. Measured on pocket, Gram matrices of conv5_1 are off by 2% instead of 5%.
 *
 * On x86 processors without VNNI the products of two neighbouring channels (uint8 activations times int8 weights) are
 * added with saturation at 16 bits. Therefore two neighbouring weights may sum to at most 128, on every processor, so
 * that all compute the same. Large weights are few and have small neighbours: on pocket and VGG19 the weight errors
 * grow by 5 to 24% (7 bits would double them), and losses and gradients are as close to float32 as before.
 */

/** The largest int8 magnitude that is used. */
const MOST = 127;
/** The largest sum of two neighbouring weights: 255 * 128 < 2^15. */
const MOST_OF_TWO = 128;
/** The largest weight whose neighbour may be as large. */
export const BESIDE_ITS_EQUAL = MOST_OF_TWO / 2;

/** A kernel as `scales[output] * values`. */
export interface RoundedKernel {
  readonly values: Int8Array;
  readonly scales: Float32Array;
}

/** Quantises `data` [outputs, inputs, rows, columns], rows x columns being `taps`. */
export function roundedKernel(data: Float32Array, outputs: number, taps = 9): RoundedKernel {
  const size = data.length / outputs;
  const values = new Int8Array(data.length);
  const scales = kernelScales(data, outputs, taps);
  const exact = new Float32Array(size);
  for (let output = 0; output < outputs; output++) {
    const scale = scales[output]!;
    for (let i = 0; i < size; i++) exact[i] = data[output * size + i]! / scale;
    roundRow(exact, values.subarray(output * size, (output + 1) * size), taps);
  }
  return { values, scales };
}

/** The scale of each output channel. */
export function kernelScales(data: Float32Array, outputs: number, taps = 9): Float32Array {
  const size = data.length / outputs;
  const scales = new Float32Array(outputs);
  for (let output = 0; output < outputs; output++) {
    const start = output * size;
    // A channel of zeros may have any scale.
    let most = 1e-30;
    for (let channel = 0; channel < size; channel += taps) {
      const distance = partner(channel, size, taps) - channel;
      for (let i = start + channel; i < start + channel + taps; i++) {
        const own = Math.abs(data[i]!);
        const both = Math.abs(data[i]! + data[i + distance]!);
        if (own > most) most = own;
        if (both > most) most = both;
      }
    }
    scales[output] = most / MOST;
  }
  return scales;
}

/**
 * The index of the weight in the neighbouring channel, among the `size` weights of an output. With an odd number of
 * channels the last one's neighbour is at the next kernel position, which shifts all further pairs; each weight is then
 * its own partner, so that the limit holds for every pairing.
 */
function partner(i: number, size: number, taps: number): number {
  const channel = Math.floor(i / taps);
  if ((size / taps) % 2 === 1) return i;
  return channel % 2 === 0 ? i + taps : i - taps;
}

/** Rounds one output channel, `exact` within [-127, 127], to integers. */
function roundRow(exact: Float32Array, values: Int8Array, taps: number): void {
  let total = 0;
  const errors = new Float64Array(exact.length / taps);
  for (let i = 0; i < exact.length; i++) values[i] = Math.round(exact[i]!);
  for (let channel = 0; channel < errors.length; channel++) {
    const start = channel * taps;
    let error = 0;
    for (let i = start; i < start + taps; i++) error += exact[i]! - values[i]!;
    while (Math.abs(error) > 0.5 && nudge(exact, values, start, taps, Math.sign(error))) error -= Math.sign(error);
    errors[channel] = error;
    total += error;
  }
  const sign = Math.sign(total);
  // Few of many: sorting them would take most of the time.
  for (let count = Math.round(Math.abs(total)); count > 0; count--) {
    let worst = 0;
    for (let i = 1; i < errors.length; i++) if (sign * errors[i]! > sign * errors[worst]!) worst = i;
    nudge(exact, values, worst * taps, taps, sign);
    errors[worst] = Number.NEGATIVE_INFINITY * sign;
  }
}

/** Moves the value of a kernel that loses least by `step`; false if none can be moved. */
function nudge(exact: Float32Array, values: Int8Array, start: number, taps: number, step: number): boolean {
  let best = -1;
  let gain = Number.NEGATIVE_INFINITY;
  for (let i = start; i < start + taps; i++) {
    const here = step * (exact[i]! - values[i]!);
    if (here > gain && canMove(values, i, taps, step)) [best, gain] = [i, here];
  }
  if (best >= 0) values[best]! += step;
  return best >= 0;
}

function canMove(values: Int8Array, i: number, taps: number, step: number): boolean {
  const moved = values[i]! + step;
  if (Math.abs(moved) > MOST) return false;
  const other = partner(i, values.length, taps);
  return Math.abs(moved + (other === i ? moved : values[other]!)) <= MOST_OF_TWO;
}
