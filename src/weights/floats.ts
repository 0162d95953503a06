/**
 * Converts the number formats of weights files to float32 and back. All of these files are little-endian, and so is
 * every machine that runs JavaScript.
 */

/** The float types of weights files and their bytes per number. */
export const floatBytes = { F64: 8, F32: 4, F16: 2, BF16: 2 } as const;

/** A float type by its safetensors name. */
export type FloatType = keyof typeof floatBytes;

const bits = new Uint32Array(1);
const value = new Float32Array(bits.buffer);

/** The value of an IEEE half (1 sign, 5 exponent, 10 fraction bits). Exact. */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The half nearest to `x` (as float32), ties to even; infinite beyond 65,519. */
export function floatToHalf(x: number): number {
  value[0] = x;
  const word = bits[0]!;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Below 2^-14 halves are multiples of 2^-24: scaling by 2^24 is exact, which leaves rounding to an integer.
    const scaled = Math.abs(value[0]!) * 2 ** 24;
    const floor = Math.floor(scaled);
    const rest = scaled - floor;
    return sign | (floor + (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? 1 : 0));
  }
  // Rebias the exponent from 127 to 15, then round the 13 lowest fraction bits away, with carry.
  const moved = magnitude - (112 << 23);
  return sign | ((moved + 0xfff + ((moved >>> 13) & 1)) >>> 13);
}

/**
 * `bytes` (a whole number of values of `type`) as float32. F32 is a view of `bytes` where alignment allows, so the
 * result must not be written to; other types are copies.
 */
export function decodeFloats(bytes: Uint8Array, type: FloatType): Float32Array {
  const count = bytes.length / floatBytes[type];
  switch (type) {
    case "F32":
      return new Float32Array(...aligned(bytes, 4), count);
    case "F64":
      return Float32Array.from(new Float64Array(...aligned(bytes, 8), count));
    case "F16": {
      const halves = new Uint16Array(...aligned(bytes, 2), count);
      const floats = new Float32Array(count);
      // Exponent and fraction moved into place, the exponent rebiased.
      const words = new Uint32Array(floats.buffer);
      for (let i = 0; i < count; i++) {
        const half = halves[i]!;
        words[i] = ((half & 0x8000) << 16) | (((half & 0x7fff) + (112 << 10)) << 13);
      }
      // Exponent 0 is zeros and denormal numbers, 31 infinities and NaN. No float on the way may be denormal: ONNX Runtime
      // makes this thread treat those as zero.
      for (let i = 0; i < count; i++) {
        const exponent = halves[i]! & 0x7c00;
        if (exponent === 0 || exponent === 0x7c00) floats[i] = halfToFloat(halves[i]!);
      }
      return floats;
    }
    case "BF16": {
      const tops = new Uint16Array(...aligned(bytes, 2), count);
      const floats = new Float32Array(count);
      const words = new Uint32Array(floats.buffer);
      for (let i = 0; i < count; i++) words[i] = tops[i]! << 16;
      return floats;
    }
    default:
      return type satisfies never;
  }
}

/** `floats` as a file's bytes: a view for F32, a copy for F16. */
export function encodeFloats(floats: Float32Array, type: "F32" | "F16"): Uint8Array {
  if (type === "F32") return new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
  const halves = new Uint16Array(floats.length);
  for (let i = 0; i < floats.length; i++) halves[i] = floatToHalf(floats[i]!);
  return new Uint8Array(halves.buffer);
}

/** The buffer and offset of `bytes`, copied only if the offset is not aligned to `size`. */
function aligned(bytes: Uint8Array, size: number): [ArrayBufferLike, number] {
  // Not bytes.slice(): for a Node Buffer that is a view of shared memory.
  return bytes.byteOffset % size === 0 ? [bytes.buffer, bytes.byteOffset] : [new Uint8Array(bytes).buffer, 0];
}
