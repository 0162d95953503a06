/**
 * Converts PNGs whose colours are described by gAMA and cHRM chunks instead of an ICC profile to sRGB; the decoder
 * ignores both. PNG (third edition), 11.3.2 and 13.13.
 */
import { inverse, type Matrix3, multiply } from "../../image/matrix3.ts";
import type { Pixels } from "./pixels.ts";

/** How a PNG's colours differ from sRGB. */
export interface PngColors {
  /** Exponent from values to linear light; undefined for sRGB's transfer function. */
  readonly gamma: number | undefined;
  /** From its linear RGB to sRGB's; undefined for equal primaries. */
  readonly matrix: Matrix3 | undefined;
}

type Point = readonly [x: number, y: number];
interface Primaries {
  readonly white: Point;
  readonly rgb: readonly [Point, Point, Point];
}

/** The primaries of ITU-R BT.709, which are sRGB's. */
const srgb: Primaries = {
  white: [0.3127, 0.329],
  rgb: [
    [0.64, 0.33],
    [0.3, 0.6],
    [0.15, 0.06],
  ],
};

/** Relative tolerance within which 1/2.2 means sRGB, as most programs that write it intend. */
const NEAR = 0.05;

/** A PNG's gAMA and cHRM; undefined without them, for sRGB, and where sRGB, iCCP or cICP take precedence. */
export function pngColors(png: Uint8Array): PngColors | undefined {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  let gamma: number | undefined;
  let matrix: Matrix3 | undefined;
  for (let at = 8; at + 12 <= png.length; at += 12 + view.getUint32(at)) {
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    const length = view.getUint32(at);
    if (at + 12 + length > png.length || type === "IDAT") break;
    if (["sRGB", "iCCP", "cICP"].includes(type)) return undefined;
    const number = (i: number) => view.getUint32(at + 8 + 4 * i) / 100_000;
    if (type === "gAMA" && length >= 4 && number(0) > 0.01 && number(0) < 100) gamma = number(0);
    if (type === "cHRM" && length >= 32) {
      const [white, r, g, b] = [0, 1, 2, 3].map((i): Point => [number(2 * i), number(2 * i + 1)]);
      matrix = toSrgb({ white: white!, rgb: [r!, g!, b!] });
    }
  }
  if (gamma !== undefined && Math.abs(gamma * 2.2 - 1) < NEAR) gamma = undefined;
  return gamma === undefined && matrix === undefined ? undefined : { gamma, matrix };
}

/** The pixels in sRGB with 16 bits; alpha is unchanged. */
export function inSrgb({ values, width, height, channels, white }: Pixels, { gamma, matrix }: PngColors): Pixels {
  const result = new Uint16Array(values.length);
  const light = Float64Array.from({ length: white + 1 }, (_, v) =>
    gamma === undefined ? decoded(v / white) : (v / white) ** (1 / gamma),
  );
  const coded = Uint16Array.from({ length: STEPS + 1 }, (_, i) => Math.round(65_535 * encoded(i / STEPS)));
  const code = (x: number) => coded[Math.round(STEPS * Math.min(1, Math.max(0, x)))]!;
  const colours = channels < 3 ? 1 : 3;
  for (let at = 0; at < values.length; at += channels) {
    const [r, g, b] = [light[values[at]!]!, light[values[at + 1]!]!, light[values[at + 2]!]!];
    for (let c = 0; c < channels; c++) {
      if (c >= colours) result[at + c] = Math.round((values[at + c]! / white) * 65_535);
      else if (matrix && colours === 3)
        result[at + c] = code(matrix[3 * c]! * r + matrix[3 * c + 1]! * g + matrix[3 * c + 2]! * b);
      else result[at + c] = code(light[values[at + c]!]!);
    }
  }
  return { width, height, channels, white: 65_535, values: result };
}

/** Steps of linear light between black and white: enough for 16 bits except in the deepest shadows. */
const STEPS = 1 << 20;

/** IEC 61966-2-1: an sRGB value to linear light, and back. */
function decoded(v: number): number {
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

function encoded(x: number): number {
  return x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055;
}

/**
 * From the linear RGB of these primaries to sRGB's, with white adapted (Bradford); undefined if they are equal or
 * invalid.
 */
function toSrgb(from: Primaries): Matrix3 | undefined {
  const all = [from.white, ...from.rgb];
  const own = [srgb.white, ...srgb.rgb];
  if (all.every(([x, y], i) => Math.hypot(x - own[i]![0], y - own[i]![1]) < 0.005)) return undefined;
  if (all.some(([, y]) => !(y > 0))) return undefined;
  const matrix = multiply(inverse(toXyz(srgb)), multiply(adapted(from.white, srgb.white), toXyz(from)));
  return matrix.every(Number.isFinite) ? matrix : undefined;
}

function toXyz({ white, rgb }: Primaries): Matrix3 {
  const columns = rgb.map(xyz);
  const unscaled = [0, 1, 2].flatMap((row) => columns.map((column) => column[row]!));
  const scales = applied(inverse(unscaled), xyz(white));
  return unscaled.map((value, i) => value * scales[i % 3]!);
}

const BRADFORD: Matrix3 = [0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296];

function adapted(from: Point, to: Point): Matrix3 {
  const [a, b] = [applied(BRADFORD, xyz(from)), applied(BRADFORD, xyz(to))];
  const scaled = BRADFORD.map((value, i) => (value * b[Math.floor(i / 3)]!) / a[Math.floor(i / 3)]!);
  return multiply(inverse(BRADFORD), scaled);
}

function xyz([x, y]: Point): number[] {
  return [x / y, 1, (1 - x - y) / y];
}

function applied(m: Matrix3, v: readonly number[]): number[] {
  return [0, 1, 2].map((row) => [0, 1, 2].reduce((sum, i) => sum + m[3 * row + i]! * v[i]!, 0));
}
