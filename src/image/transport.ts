/**
 * Colours moved onto those of another picture by optimal transport of the two distributions, not of their Gaussians alone,
 * smoothed so that like colours stay alike. Knows colours only: refuses to know where in the picture one is.
 */
import { type ColorMap, mapColors } from "./color.ts";
import type { Image } from "./image.ts";
import { type Random, random } from "./noise.ts";

/** Colours of one picture or several, each counting alike: red, green and blue side by side. */
export type ColorSample = Float32Array;

/** First a linear map, then a shift that depends on where in RGB that leads to. */
export interface ColorTransport {
  readonly linear: ColorMap;
  /** For every node of a grid over RGB, blue the fastest, how far each channel moves. */
  readonly shifts: Float32Array;
}

/** The grid: so many nodes a side, from `LOW` to `1 - LOW` in each channel, what is beyond moves as what is at its end. */
const NODES = 33;
const LOW = -0.2;
const SPACING = (1 - 2 * LOW) / (NODES - 1);

/** A transport is found in so many passes; each is smoothed by a Gaussian of so much (in RGB's units) before the next. */
const WIDTHS = [0.12, 0.09, 0.07, 0.06];
/** Triples of directions in every pass. */
const TURNS = 10;
/** Colours that differ are moved apart by no more than so many times their difference: noise that flat areas have stays small. */
const STRETCH = 0.6;
/** How often the grid is gone over, at most, to have it so. */
const ROUNDS = 30;
/** Where fewer samples are near than this, weighted by the Gaussian and as a share of all, colours keep to the linear map. */
const FEW = 2e-4;

/**
 * A smooth map that takes the colours `from` close to the distribution of `to`, of which there are as many: `linear`, then
 * passes of iterative distribution transfer (Pitie, Kokaram and Dahyot, "Automated colour grading using colour distribution
 * transfer", 2007; the sliced transport of Bonneel et al., 2015). What a pass moves the samples by is averaged over like
 * colours, as a map that separates them would show as bands and grain where a picture is flat.
 */
export function colorTransport(from: ColorSample, to: ColorSample, linear: ColorMap): ColorTransport {
  const count = from.length / 3;
  const planar = { width: count, height: 1, data: planes(from) };
  const start = sideBySide(mapColors(planar, linear).data);
  const generator = random(count);
  const grids: Float32Array[] = [];
  for (const width of WIDTHS) {
    const here = moved(start, grids);
    grids.push(smoothed(here, transported(here, to, generator), width));
  }
  const nodes = new Float32Array(3 * NODES ** 3);
  for (let i = 0; i < NODES ** 3; i++) {
    const index = [Math.floor(i / NODES ** 2), Math.floor(i / NODES) % NODES, i % NODES];
    for (let c = 0; c < 3; c++) nodes[3 * i + c] = LOW + SPACING * index[c]!;
  }
  const shifts = moved(nodes, grids).map((x, i) => x - nodes[i]!);
  calm(shifts);
  return { linear, shifts };
}

/** `image` through `map`, not clamped. */
export function transportColors(image: Image, { linear, shifts }: ColorTransport): Image {
  const result = mapColors(image, linear);
  const plane = image.width * image.height;
  const color = new Float32Array(3);
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) color[c] = result.data[c * plane + i]!;
    shift(color, 0, shifts);
    for (let c = 0; c < 3; c++) result.data[c * plane + i] = color[c]!;
  }
  return result;
}

/** The colours, shifted by one grid after the other. */
function moved(colors: ColorSample, grids: readonly Float32Array[]): ColorSample {
  const result = colors.slice();
  for (const grid of grids) for (let i = 0; i < result.length; i += 3) shift(result, i, grid);
  return result;
}

/** Where `from` ends up when it is moved onto `to` in one direction after the other. */
function transported(from: ColorSample, to: ColorSample, generator: Random): ColorSample {
  const count = from.length / 3;
  const result = from.slice();
  const [ours, theirs] = [new Float64Array(count), new Float64Array(count)];
  for (let turn = 0; turn < TURNS; turn++) {
    for (const axis of axes(generator)) {
      // Sorted as whole numbers, each with its index behind it.
      for (let i = 0; i < count; i++) {
        ours[i] = Math.floor(along(result, i, axis) * 2 ** 26) * count + i;
        theirs[i] = along(to, i, axis);
      }
      ours.sort();
      theirs.sort();
      for (let rank = 0; rank < count; rank++) {
        const i = ours[rank]! - Math.floor(ours[rank]! / count) * count;
        const by = theirs[rank]! - along(result, i, axis);
        for (let c = 0; c < 3; c++) result[3 * i + c]! += by * axis[c]!;
      }
    }
  }
  return result;
}

function along(colors: ColorSample, i: number, axis: readonly number[]): number {
  return colors[3 * i]! * axis[0]! + colors[3 * i + 1]! * axis[1]! + colors[3 * i + 2]! * axis[2]!;
}

/** Three directions at right angles, any: the rotation of a random unit quaternion. */
function axes({ normal }: Random): (readonly number[])[] {
  const q = [normal(), normal(), normal(), normal()];
  const length = Math.sqrt(q.reduce((sum, x) => sum + x * x, 0));
  const [w, x, y, z] = q.map((value) => value / length) as [number, number, number, number];
  return [
    [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
  ];
}

/** The grid of what `from` is moved by on its way to `to`, averaged over like colours with a Gaussian of `width`. */
function smoothed(from: ColorSample, to: ColorSample, width: number): Float32Array {
  const count = from.length / 3;
  const sums = Array.from({ length: 4 }, () => new Float64Array(NODES ** 3));
  for (let i = 0; i < count; i++) {
    corners(from, 3 * i, (node, share) => {
      sums[3]![node]! += share / count;
      for (let c = 0; c < 3; c++) sums[c]![node]! += (share / count) * (to[3 * i + c]! - from[3 * i + c]!);
    });
  }
  for (const sum of sums) blur(sum, width / SPACING);
  const grid = new Float32Array(3 * NODES ** 3);
  for (let node = 0; node < NODES ** 3; node++)
    for (let c = 0; c < 3; c++) grid[3 * node + c] = sums[c]![node]! / (sums[3]![node]! + FEW);
  return grid;
}

/** Brings neighbouring nodes together, in place, whose shifts differ by too much. */
function calm(shifts: Float32Array): void {
  const most = STRETCH * SPACING;
  const pull = (a: number, b: number) => {
    const r = shifts[b]! - shifts[a]!;
    const g = shifts[b + 1]! - shifts[a + 1]!;
    const blue = shifts[b + 2]! - shifts[a + 2]!;
    const apart = Math.sqrt(r * r + g * g + blue * blue);
    if (apart <= most) return;
    const by = (1 - most / apart) / 2;
    for (let c = 0; c < 3; c++) {
      const move = by * (shifts[b + c]! - shifts[a + c]!);
      shifts[a + c]! += move;
      shifts[b + c]! -= move;
    }
  };
  for (let round = 0; round < ROUNDS; round++) {
    for (const stride of [1, NODES, NODES ** 2]) {
      for (let node = 0; node < NODES ** 3; node++)
        if (Math.floor(node / stride) % NODES < NODES - 1) pull(3 * node, 3 * (node + stride));
    }
  }
}

/** Blurs a grid in place along its three axes by a Gaussian of `deviation` nodes whose middle is 1. */
function blur(grid: Float64Array, deviation: number): void {
  const reach = Math.ceil(3 * deviation);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-(((i - reach) / deviation) ** 2) / 2));
  const line = new Float64Array(NODES);
  for (const stride of [1, NODES, NODES ** 2]) {
    for (let first = 0; first < grid.length; first++) {
      if (Math.floor(first / stride) % NODES !== 0) continue;
      for (let i = 0; i < NODES; i++) line[i] = grid[first + i * stride]!;
      for (let i = 0; i < NODES; i++) {
        let sum = 0;
        for (let j = Math.max(0, i - reach); j <= Math.min(NODES - 1, i + reach); j++)
          sum += kernel[j - i + reach]! * line[j]!;
        grid[first + i * stride] = sum;
      }
    }
  }
}

/** Shifts the colour at `at` by what the grid says there, linear between its nodes. */
function shift(colors: Float32Array, at: number, grid: Float32Array): void {
  let [r, g, b] = [0, 0, 0];
  corners(colors, at, (node, share) => {
    r += share * grid[3 * node]!;
    g += share * grid[3 * node + 1]!;
    b += share * grid[3 * node + 2]!;
  });
  colors[at]! += r;
  colors[at + 1]! += g;
  colors[at + 2]! += b;
}

/** Calls `each` with the eight nodes around a colour, and how much of it is each one's. */
function corners(colors: Float32Array, at: number, each: (node: number, share: number) => void): void {
  const place = (c: number) => Math.min(NODES - 1, Math.max(0, (colors[at + c]! - LOW) / SPACING));
  const [r, g, b] = [place(0), place(1), place(2)];
  const low = (x: number) => Math.min(NODES - 2, Math.floor(x));
  const [i, j, k] = [low(r), low(g), low(b)];
  for (let corner = 0; corner < 8; corner++) {
    const [x, y, z] = [corner >> 2, (corner >> 1) & 1, corner & 1];
    const share = (x ? r - i : 1 - r + i) * (y ? g - j : 1 - g + j) * (z ? b - k : 1 - b + k);
    each(((i + x) * NODES + j + y) * NODES + k + z, share);
  }
}

function planes(colors: ColorSample): Float32Array {
  const count = colors.length / 3;
  return colors.map((_, i) => colors[3 * (i % count) + Math.floor(i / count)]!);
}

function sideBySide(data: Float32Array): ColorSample {
  const count = data.length / 3;
  return data.map((_, i) => data[(i % 3) * count + Math.floor(i / 3)]!);
}
