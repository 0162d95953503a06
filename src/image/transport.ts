/**
 * Colour transfer by sliced optimal transport of the two distributions, smoothed so that similar colours stay similar.
 */
import { type ColorMap, mapColors } from "./color.ts";
import type { Image } from "./image.ts";
import { type Random, random } from "./noise.ts";
import { sorter } from "./order.ts";

/** Colours of equal weight, as interleaved red, green and blue. */
export type ColorSample = Float32Array;

/** A linear map, followed by a shift that depends on the mapped colour. */
export interface ColorTransport {
  readonly linear: ColorMap;
  /** The shift of each channel at every node of a grid over RGB, blue fastest. */
  readonly shifts: Float32Array;
}

/** Nodes per side of the grid, from `LOW` to `1 - LOW` in each channel; colours beyond are clamped to its ends. */
const NODES = 33;
/** The nodes of a plane, and of the grid. */
const PLANE = NODES * NODES;
const ALL = NODES * PLANE;
const LOW = -0.2;
const SPACING = (1 - 2 * LOW) / (NODES - 1);

/** The number of passes, and the Gaussian width (in RGB units) that smooths each. */
const WIDTHS = [0.12, 0.09, 0.07, 0.06];
/** Orthogonal triples of directions per pass. */
const TURNS = 10;
/** The largest slope of the shift: limits how far similar colours, and so the noise of flat areas, are pulled apart. */
const STRETCH = 0.6;
/** The largest number of passes over the grid to enforce that. */
const ROUNDS = 30;
/** Below this density of samples (Gaussian-weighted share of all) the shift fades and colours follow the linear map. */
const FEW = 2e-4;

/**
 * A smooth map of the colours `from` close to the distribution of `to`, of equally many colours: `linear`, then passes
 * of iterative distribution transfer (Pitie, Kokaram and Dahyot, "Automated colour grading using colour distribution
 * transfer", 2007; sliced transport, Bonneel et al., 2015). Each pass's displacements are averaged over similar
 * colours, because a map that separates them shows as bands and grain in flat areas.
 */
export function colorTransport(from: ColorSample, to: ColorSample, linear: ColorMap): ColorTransport {
  const inputs = [from, to, Float64Array.from([...linear.matrix, ...linear.from, ...linear.to])];
  const isLast = last && inputs.every((input, i) => isEqual(input, last!.inputs[i]!));
  if (!isLast) last = { inputs: inputs.map((input) => input.slice()), transport: fitted(from, to, linear) };
  return last!.transport;
}

/** The last fit, half a second's work: a second job with the same pictures needs the same. */
let last: { readonly inputs: readonly Numbers[]; readonly transport: ColorTransport } | undefined;
type Numbers = Float32Array | Float64Array;

function isEqual(a: Numbers, b: Numbers): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i]);
}

function fitted(from: ColorSample, to: ColorSample, linear: ColorMap): ColorTransport {
  const count = from.length / 3;
  const planar = { width: count, height: 1, data: planes(from) };
  const start = sideBySide(mapColors(planar, linear).data);
  const generator = random(count);
  const grids: Float32Array[] = [];
  for (const width of WIDTHS) {
    const here = moved(start, grids);
    grids.push(smoothed(here, transported(here, to, generator), width));
  }
  const nodes = new Float32Array(3 * ALL);
  for (let i = 0; i < ALL; i++) {
    nodes[3 * i] = LOW + SPACING * Math.floor(i / PLANE);
    nodes[3 * i + 1] = LOW + SPACING * (Math.floor(i / NODES) % NODES);
    nodes[3 * i + 2] = LOW + SPACING * (i % NODES);
  }
  const shifts = moved(nodes, grids);
  for (let i = 0; i < shifts.length; i++) shifts[i]! -= nodes[i]!;
  limitSlopes(shifts);
  return { linear, shifts };
}

/** Applies `map` to `image`, without clamping. */
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

/** `from` after one-dimensional transports onto `to` along one direction after the other. */
function transported(from: ColorSample, to: ColorSample, generator: Random): ColorSample {
  const count = from.length / 3;
  const result = from.slice();
  const [places, wanted] = [new Float64Array(count), new Float64Array(count)];
  const [sortOurs, sortTheirs] = [sorter(count), sorter(count)];
  for (let turn = 0; turn < TURNS; turn++) {
    for (const axis of axes(generator)) {
      project(result, axis, places);
      project(to, axis, wanted);
      move(result, axis, { places, wanted }, { ours: sortOurs(places), theirs: sortTheirs(wanted) });
    }
  }
  return result;
}

type Axis = readonly [number, number, number];

function project(colors: ColorSample, [r, g, b]: Axis, into: Float64Array): void {
  for (let i = 0; i < into.length; i++) into[i] = colors[3 * i]! * r + colors[3 * i + 1]! * g + colors[3 * i + 2]! * b;
}

/** Moves the colours along `axis`, each from its place to that of the same rank. */
function move(
  colors: ColorSample,
  [r, g, b]: Axis,
  { places, wanted }: Readonly<Record<"places" | "wanted", Float64Array>>,
  { ours, theirs }: Readonly<Record<"ours" | "theirs", Uint32Array>>,
): void {
  for (let rank = 0; rank < ours.length; rank++) {
    const i = ours[rank]!;
    const by = wanted[theirs[rank]!]! - places[i]!;
    colors[3 * i]! += by * r;
    colors[3 * i + 1]! += by * g;
    colors[3 * i + 2]! += by * b;
  }
}

/** Three random orthogonal directions: the rotation of a random unit quaternion. */
function axes({ normal }: Random): Axis[] {
  const q = [normal(), normal(), normal(), normal()];
  const length = Math.sqrt(q.reduce((sum, x) => sum + x * x, 0));
  const [w, x, y, z] = q.map((value) => value / length) as [number, number, number, number];
  return [
    [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
  ];
}

/** The grid of displacements from `from` to `to`, averaged over similar colours with a Gaussian of `width`. */
function smoothed(from: ColorSample, to: ColorSample, width: number): Float32Array {
  const count = from.length / 3;
  const [red, green, blue, density] = Array.from({ length: 4 }, () => new Float64Array(ALL)) as Four;
  for (let i = 0; i < from.length; i += 3) {
    locate(from, i);
    const byRed = to[i]! - from[i]!;
    const byGreen = to[i + 1]! - from[i + 1]!;
    const byBlue = to[i + 2]! - from[i + 2]!;
    for (let corner = 0; corner < 8; corner++) {
      const node = corners[corner]!;
      const share = shares[corner]! / count;
      red[node]! += share * byRed;
      green[node]! += share * byGreen;
      blue[node]! += share * byBlue;
      density[node]! += share;
    }
  }
  for (const sum of [red, green, blue, density]) blur(sum, width / SPACING);
  const grid = new Float32Array(3 * ALL);
  for (let node = 0; node < ALL; node++) {
    const all = density[node]! + FEW;
    grid[3 * node] = red[node]! / all;
    grid[3 * node + 1] = green[node]! / all;
    grid[3 * node + 2] = blue[node]! / all;
  }
  return grid;
}

type Four = [Float64Array, Float64Array, Float64Array, Float64Array];

/** Limits the difference of neighbouring nodes' shifts, in place. */
function limitSlopes(shifts: Float32Array): void {
  for (let round = 0; round < ROUNDS; round++) {
    let changed = false;
    for (const stride of [1, NODES, PLANE]) changed = limitSlopesAlong(shifts, stride) || changed;
    if (!changed) return;
  }
}

/** The same for neighbours along one axis, whose indices differ by `stride`; false if nothing changed. */
function limitSlopesAlong(shifts: Float32Array, stride: number): boolean {
  const most = STRETCH * SPACING;
  // Most pairs are closer than that by far: they need no root.
  const less = most * most * (1 - 1e-9);
  let changed = false;
  // Runs of nodes that all have a neighbour: all but the last of each line along the axis.
  const line = 3 * stride * NODES;
  for (let first = 0; first < shifts.length; first += line) {
    const end = first + line - 3 * stride;
    for (let a = first; a < end; a += 3) {
      const b = a + 3 * stride;
      const red = shifts[b]! - shifts[a]!;
      const green = shifts[b + 1]! - shifts[a + 1]!;
      const blue = shifts[b + 2]! - shifts[a + 2]!;
      const squared = red * red + green * green + blue * blue;
      if (squared <= less) continue;
      const apart = Math.sqrt(squared);
      if (apart <= most) continue;
      const by = (1 - most / apart) / 2;
      shifts[a]! += by * red;
      shifts[a + 1]! += by * green;
      shifts[a + 2]! += by * blue;
      shifts[b]! -= by * red;
      shifts[b + 1]! -= by * green;
      shifts[b + 2]! -= by * blue;
      changed = true;
    }
  }
  return changed;
}

/** Blurs a grid in place along its three axes with a Gaussian of `deviation` nodes whose peak is 1. */
function blur(grid: Float64Array, deviation: number): void {
  const reach = Math.ceil(3 * deviation);
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-(((i - reach) / deviation) ** 2) / 2),
  );
  for (const stride of [1, NODES, PLANE]) blurAlong(grid, stride, kernel);
}

function blurAlong(grid: Float64Array, stride: number, kernel: Float64Array): void {
  const reach = kernel.length >> 1;
  const line = new Float64Array(NODES);
  for (let row = 0; row < PLANE; row++) {
    const first = Math.floor(row / stride) * NODES * stride + (row % stride);
    let filled = false;
    for (let i = 0; i < NODES; i++) {
      line[i] = grid[first + i * stride]!;
      filled ||= line[i] !== 0;
    }
    // Colours fill a small part of the cube.
    if (!filled) continue;
    for (let i = 0; i < NODES; i++) {
      const end = Math.min(NODES - 1, i + reach);
      let sum = 0;
      for (let j = Math.max(0, i - reach); j <= end; j++) sum += kernel[j - i + reach]! * line[j]!;
      grid[first + i * stride] = sum;
    }
  }
}

/** Shifts the colour at index `at` by the grid, trilinearly interpolated. */
function shift(colors: Float32Array, at: number, grid: Float32Array): void {
  locate(colors, at);
  let r = 0;
  let g = 0;
  let b = 0;
  for (let corner = 0; corner < 8; corner++) {
    const node = 3 * corners[corner]!;
    const share = shares[corner]!;
    r += share * grid[node]!;
    g += share * grid[node + 1]!;
    b += share * grid[node + 2]!;
  }
  colors[at]! += r;
  colors[at + 1]! += g;
  colors[at + 2]! += b;
}

/** What `locate` found last: the eight nodes around a colour and their trilinear weights. */
const corners = new Int32Array(8);
const shares = new Float64Array(8);

function locate(colors: Float32Array, at: number): void {
  const r = place(colors[at]!);
  const g = place(colors[at + 1]!);
  const b = place(colors[at + 2]!);
  const i = cell(r);
  const j = cell(g);
  const k = cell(b);
  for (let corner = 0; corner < 8; corner++) {
    const x = corner >> 2;
    const y = (corner >> 1) & 1;
    const z = corner & 1;
    corners[corner] = ((i + x) * NODES + j + y) * NODES + k + z;
    shares[corner] = (x ? r - i : 1 - r + i) * (y ? g - j : 1 - g + j) * (z ? b - k : 1 - b + k);
  }
}

/** The place of a channel's value on the grid, in nodes. */
function place(value: number): number {
  return Math.min(NODES - 1, Math.max(0, (value - LOW) / SPACING));
}

/** The last node below a place that has one above it. */
function cell(place: number): number {
  return Math.min(NODES - 2, Math.floor(place));
}

function planes(colors: ColorSample): Float32Array {
  const count = colors.length / 3;
  return colors.map((_, i) => colors[3 * (i % count) + Math.floor(i / count)]!);
}

function sideBySide(data: Float32Array): ColorSample {
  const count = data.length / 3;
  return data.map((_, i) => data[(i % 3) * count + Math.floor(i / 3)]!);
}
