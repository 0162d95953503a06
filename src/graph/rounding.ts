/**
 * Kernels of 3x3 convolutions in eight bits. It knows numbers and how their errors add up; graphs it refuses to know.
 *
 * Each weight at its nearest level is not the best that can be done: what a convolution sees is smooth, so the errors of
 * the nine weights that look at one channel add up to an error of that channel's mean. Hence the sum of every 3x3 kernel
 * is kept as near as can be, and then the sum over all channels, by taking the second nearest level for those weights
 * that lose least by it. Measured on pocket, Gram matrices of conv5_1 are off by 2% so, and by 5% without.
 *
 * x86 processors without VNNI add the products of two neighbouring channels, of unsigned features and signed weights, in 16
 * bits, and hold the sum there. Hence two neighbouring weights are 128 at most together, whatever the processor: so all
 * compute the same. A kernel's largest weights are few and their neighbours small: on pocket and VGG19 the
 * errors of weights grow by 5 to 24% (7 bits would double them), and gradients and losses are as near to floats as before.
 */

/** Levels on either side of zero. */
const MOST = 127;
/** The most that two neighbouring weights may be together: 255 * 128 < 2^15. */
const MOST_OF_TWO = 128;
/** The largest weight that may stand beside its equal. */
export const BESIDE_ITS_EQUAL = MOST_OF_TWO / 2;
const TAPS = 9;

/** `scales[output] * values`. */
export interface RoundedKernel {
  readonly values: Int8Array;
  readonly scales: Float32Array;
}

/** `data` [outputs, inputs, 3, 3] in eight bits. */
export function roundedKernel(data: Float32Array, outputs: number): RoundedKernel {
  const size = data.length / outputs;
  const values = new Int8Array(data.length);
  const scales = kernelScales(data, outputs);
  for (const [output, scale] of scales.entries()) {
    const row = data.subarray(output * size, (output + 1) * size);
    roundRow(
      row.map((x) => x / scale),
      values.subarray(output * size, (output + 1) * size),
    );
  }
  return { values, scales };
}

/** What a level is worth in each output channel. */
export function kernelScales(data: Float32Array, outputs: number): Float32Array {
  const size = data.length / outputs;
  return Float32Array.from({ length: outputs }, (_, output) => {
    const row = data.subarray(output * size, (output + 1) * size);
    // A channel without weights has any scale.
    let most = 1e-30;
    for (let i = 0; i < size; i++) {
      most = Math.max(most, Math.abs(row[i]!), Math.abs(row[i]! + row[partner(i, size)]!));
    }
    return most / MOST;
  });
}

/**
 * The weight of the neighbouring channel, of the `size` weights of an output. Of an odd number of channels the last has its
 * neighbour at the next position, and all others move by one: each weight is then its own, which is right with every neighbour.
 */
function partner(i: number, size: number): number {
  const channel = Math.floor(i / TAPS);
  if ((size / TAPS) % 2 === 1) return i;
  return channel % 2 === 0 ? i + TAPS : i - TAPS;
}

/** One output channel: `exact` within [-127, 127] to whole numbers. */
function roundRow(exact: Float32Array, values: Int8Array): void {
  let total = 0;
  const errors: { start: number; error: number }[] = [];
  for (let i = 0; i < exact.length; i++) values[i] = Math.round(exact[i]!);
  for (let start = 0; start < exact.length; start += TAPS) {
    let error = 0;
    for (let i = start; i < start + TAPS; i++) error += exact[i]! - values[i]!;
    while (Math.abs(error) > 0.5 && nudge(exact, values, start, Math.sign(error))) error -= Math.sign(error);
    errors.push({ start, error });
    total += error;
  }
  const sign = Math.sign(total);
  errors.sort((a, b) => sign * (b.error - a.error));
  for (const { start } of errors.slice(0, Math.round(Math.abs(total)))) nudge(exact, values, start, sign);
}

/** Moves one of a kernel's values by `step`, where it costs least; false if none can be moved. */
function nudge(exact: Float32Array, values: Int8Array, start: number, step: number): boolean {
  let best = -1;
  let gain = Number.NEGATIVE_INFINITY;
  for (let i = start; i < start + TAPS; i++) {
    const here = step * (exact[i]! - values[i]!);
    if (here > gain && canMove(values, i, step)) [best, gain] = [i, here];
  }
  if (best >= 0) values[best]! += step;
  return best >= 0;
}

function canMove(values: Int8Array, i: number, step: number): boolean {
  const moved = values[i]! + step;
  if (Math.abs(moved) > MOST) return false;
  const other = partner(i, values.length);
  return Math.abs(moved + (other === i ? moved : values[other]!)) <= MOST_OF_TWO;
}
