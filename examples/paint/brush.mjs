// The brush: a stroke is a ribbon along a path, streaked by its bristles, ragged at its ends, with ridges of paint.

import { at, noise, smooth } from "./random.mjs";

/** @typedef {import("./canvas.mjs").Canvas} Canvas */
/** @typedef {import("./colour.mjs").Colour} Colour */
/** @typedef {import("./random.mjs").Random} Random */

/**
 * @typedef {object} Stroke
 * @property {Colour} a one of the two paints on the brush
 * @property {Colour} b the other; the bristles streak them
 * @property {number} width in pixels of a picture 1024 wide
 * @property {number} length the same
 * @property {number} [thick] how much paint, 1 is plenty
 * @property {number} [dry] 0..1, how much of the stroke's end breaks up into bristles
 * @property {number} [streak] 0..1, how far the two paints stay apart
 * @property {number} [bristle] width of one bristle's streak in the same pixels; a palette knife has few and wide ones
 * @property {number} [square] 0..1, from a round to a flat brush
 */

/**
 * A direction at each place, or null where strokes end; (x, y) run to 1 along the width. Lengths do not matter.
 * @typedef {(x: number, y: number) => readonly [number, number] | null} Flow
 */

const STEPS = 64;
const px = new Float32Array(STEPS + 1);
const py = new Float32Array(STEPS + 1);
const qx = new Float32Array(STEPS + 1);
const qy = new Float32Array(STEPS + 1);

/**
 * Follows the flow from a point for half the length each way, then lays the ribbon.
 * @param {Canvas} canvas
 * @param {Flow} flow
 * @param {number} x
 * @param {number} y
 * @param {Stroke} stroke
 * @param {Random} rand
 */
export function paint(canvas, flow, x, y, stroke, rand) {
  const unit = canvas.unit;
  const length = stroke.length * unit;
  const half = (stroke.width * unit) / 2;
  const steps = Math.max(4, Math.min(STEPS, 2 * Math.ceil(length / (half * 1.4 + 2 * unit))));
  const stride = length / steps / canvas.width;
  const middle = steps >> 1;
  const start = flow(x, y);
  if (!start) return;
  let first = 0;
  let last = steps;
  for (const sign of [1, -1]) {
    let u = x;
    let v = y;
    let [dx, dy] = start;
    for (let k = middle; k >= 0 && k <= steps; k += sign) {
      px[k] = u * canvas.width;
      py[k] = v * canvas.width;
      const towards = flow(u, v);
      if (!towards) {
        if (sign > 0) last = k;
        else first = k;
        break;
      }
      const turn = towards[0] * dx + towards[1] * dy < 0 ? -1 : 1;
      const norm = turn / (Math.hypot(towards[0], towards[1]) + 1e-9);
      dx = towards[0] * norm;
      dy = towards[1] * norm;
      u += sign * dx * stride;
      v += sign * dy * stride;
    }
  }
  if (last - first < 2) return;
  px.copyWithin(0, first, last + 1);
  py.copyWithin(0, first, last + 1);
  ribbon(canvas, last - first, half, (length * (last - first)) / steps, stroke, rand);
}

/**
 * @param {Canvas} canvas
 * @param {number} steps
 * @param {number} half
 * @param {number} length
 * @param {Stroke} stroke
 * @param {Random} rand
 */
function ribbon(canvas, steps, half, length, stroke, rand) {
  for (let k = 0; k <= steps; k++) {
    const before = Math.max(0, k - 1);
    const after = Math.min(steps, k + 1);
    const tx = at(px, after) - at(px, before);
    const ty = at(py, after) - at(py, before);
    const norm = 1 / (Math.hypot(tx, ty) + 1e-6);
    const s = k / steps;
    const taper = half * Math.min(1, 0.72 + 2.2 * s) * (1 - 0.5 * s * s * s);
    qx[k] = -ty * norm * taper;
    qy[k] = tx * norm * taper;
  }
  const bristles = { seed: (rand() * 65536) | 0, half, length, stroke };
  for (let k = 0; k < steps; k++) {
    const s0 = k / steps;
    const s1 = (k + 1) / steps;
    const ax = at(px, k) - at(qx, k);
    const ay = at(py, k) - at(qy, k);
    const bx = at(px, k) + at(qx, k);
    const by = at(py, k) + at(qy, k);
    const cx = at(px, k + 1) - at(qx, k + 1);
    const cy = at(py, k + 1) - at(qy, k + 1);
    const dx = at(px, k + 1) + at(qx, k + 1);
    const dy = at(py, k + 1) + at(qy, k + 1);
    triangle(canvas, bristles, ax, ay, s0, -1, bx, by, s0, 1, cx, cy, s1, -1);
    triangle(canvas, bristles, dx, dy, s1, 1, cx, cy, s1, -1, bx, by, s0, 1);
  }
}

/** @typedef {{ seed: number, half: number, length: number, stroke: Stroke }} Bristles */

/**
 * Paints one triangle, with s (along) and t (across) given at its corners.
 * @param {Canvas} canvas
 * @param {Bristles} bristles
 * @param {number} ax
 * @param {number} ay
 * @param {number} as
 * @param {number} at_
 * @param {number} bx
 * @param {number} by
 * @param {number} bs
 * @param {number} bt
 * @param {number} cx
 * @param {number} cy
 * @param {number} cs
 * @param {number} ct
 */
function triangle(canvas, bristles, ax, ay, as, at_, bx, by, bs, bt, cx, cy, cs, ct) {
  const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
  if (Math.abs(area) < 1e-6) return;
  const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
  const bottom = Math.min(canvas.height - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
  const left = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 0.5));
  const right = Math.min(canvas.width - 1, Math.floor(Math.max(ax, bx, cx) - 0.5));
  for (let j = top; j <= bottom; j++) {
    for (let i = left; i <= right; i++) {
      const x = i + 0.5 - ax;
      const y = j + 0.5 - ay;
      const v = (x * (cy - ay) - y * (cx - ax)) / area;
      const w = ((bx - ax) * y - (by - ay) * x) / area;
      const u = 1 - v - w;
      if (u < 0 || v < 0 || w < 0) continue;
      dab(canvas, j * canvas.width + i, u * as + v * bs + w * cs, u * at_ + v * bt + w * ct, bristles);
    }
  }
}

/**
 * What the brush leaves on one pixel.
 * @param {Canvas} canvas
 * @param {number} k
 * @param {number} s 0..1 along the stroke
 * @param {number} t -1..1 across it
 * @param {Bristles} bristles
 */
function dab(canvas, k, s, t, { seed, half, length, stroke }) {
  const { a, b, thick = 1, dry = 0.5, streak = 0.7, square = 0.3, bristle = 2.1 } = stroke;
  const unit = canvas.unit;
  const along = s * length;
  const across = (t * half) / (bristle * unit);
  const fine = noise(across, along / (26 * unit), seed);
  const broad = noise(across * 0.33 + 7, along / (60 * unit), seed + 1);
  const start = Math.max(0, 1 - (along + half * 0.35 * fine) / half);
  const end = Math.max(0, 1 - (length - along + half * 0.9 * fine - half * 0.2) / half);
  const tip = Math.max(start, end);
  const round = 1 - Math.hypot(t, tip);
  const flat = 1 - Math.max(Math.abs(t), tip);
  const inside = (round + (flat - round) * square) * half + 0.6 * unit * fine;
  let cover = smooth(-0.2 * unit, 0.7 * unit, inside);
  cover *= 1 - smooth(0, 0.5, dry * 1.6 * smooth(0.35, 1, s) - 0.62 - fine);
  if (cover <= 0.003) return;

  const blend = Math.min(1, Math.max(0, 0.5 + streak * (0.9 * broad + 0.7 * fine)));
  const value = 1 + 0.16 * fine;
  const { r, g, b: blue, h } = canvas;
  r[k] = at(r, k) + cover * ((a[0] + (b[0] - a[0]) * blend) * value - at(r, k));
  g[k] = at(g, k) + cover * ((a[1] + (b[1] - a[1]) * blend) * value - at(g, k));
  blue[k] = at(blue, k) + cover * ((a[2] + (b[2] - a[2]) * blend) * value - at(blue, k));

  const edge = Math.min(1, Math.max(0, inside / (2.2 * unit)));
  const ridge = 1.1 * edge * Math.exp(-Math.max(0, inside - 2 * unit) / (2.5 * unit));
  const load = thick * unit * (0.9 * edge + ridge + 0.95 * fine + 0.35 * broad) * (1 - 0.45 * s);
  h[k] = at(h, k) + cover * (0.45 * at(h, k) + load - at(h, k));
}

/**
 * The flow that a stroke from this place follows.
 * @typedef {(x: number, y: number) => Flow | null} FlowAt
 */

/**
 * Covers the canvas with strokes from a shuffled, jittered grid. `choose` says what to paint where, or null for nothing.
 * @param {Canvas} canvas
 * @param {number} spacing in pixels of a picture 1024 wide
 * @param {FlowAt} flowAt
 * @param {Random} rand
 * @param {(x: number, y: number) => Stroke | null} choose
 */
export function cover(canvas, spacing, flowAt, rand, choose) {
  const step = spacing / 1024;
  const bottom = canvas.height / canvas.width;
  /** @type {Array<readonly [number, number]>} */
  const places = [];
  for (let y = -step / 2; y < bottom + step; y += step) {
    for (let x = -step / 2; x < 1 + step; x += step) {
      places.push([x + step * (rand() - 0.5) * 1.3, y + step * (rand() - 0.5) * 1.3]);
    }
  }
  for (let i = places.length - 1; i > 0; i--) {
    const j = Math.floor(rand() * (i + 1));
    const held = /** @type {readonly [number, number]} */ (places[i]);
    places[i] = /** @type {readonly [number, number]} */ (places[j]);
    places[j] = held;
  }
  for (const [x, y] of places) {
    const stroke = choose(x, y);
    const flow = stroke && flowAt(x, y);
    if (flow) paint(canvas, flow, x, y, stroke, rand);
  }
}
