// dots: an evening by the water in points of pure colour. The eye mixes them: each place asks for a colour, and gets
// its neighbours on the colour wheel, now and then its opposite. Big dots first, small bright ones last.

import { mix, ramp, shift } from "./colour.mjs";
import { at, fbm, noise, random, smooth } from "./random.mjs";

/** @typedef {import("./canvas.mjs").Canvas} Canvas */
/** @typedef {import("./colour.mjs").Colour} Colour */
/** @typedef {import("./random.mjs").Random} Random */

const SKY = ramp(["#2f4fa0", "#5a6cc0", "#8f86cc", "#d48fb0", "#f5a07c", "#fbc070", "#fde09a"]);
const SUN = ramp(["#fffbd8", "#fff0a0", "#ffd35a", "#ff9f45"]);
const WATER = ramp(["#122a6a", "#1d4f9c", "#2a80b4", "#4fb0ba", "#86cfc0", "#b8b4e0"]);
const SHORE = ramp(["#33308a", "#4a54b0", "#4a8ab8", "#8a74c0"]);
const GRASS = ramp(["#0c2f4f", "#0f5a54", "#2f8a48", "#8ab23a", "#f0cf52", "#ffe890"]);
const LEAVES = ramp(["#101a52", "#123f6a", "#0f6658", "#3f9440", "#c2b436", "#f7a93a", "#f5682e"]);
const TRUNK = ramp(["#1f1450", "#5a2360", "#b5503f", "#f09a4a"]);

const SUN_X = 0.36;
const SUN_Y = 0.27;
const HORIZON = 0.395;

/** Clumps of leaves: x, y, radius. @type {Array<readonly [number, number, number]>} */
const CLUMPS = [
  [0.8, 0.16, 0.13],
  [0.91, 0.1, 0.13],
  [0.7, 0.095, 0.085],
  [0.99, 0.23, 0.12],
  [0.84, 0.28, 0.085],
  [0.07, 0.35, 0.075],
  [0.0, 0.3, 0.085],
];

/** @param {number} x */
const bank = (x) => 0.615 - 0.13 * smooth(0.5, 1, x) + 0.06 * smooth(0.35, 0, x) * -1 + 0.012 * Math.sin(x * 17);

/**
 * The landscape: a colour for every place, and how large the dots may be there.
 * @param {number} seed
 */
function landscape(seed) {
  /** @param {number} x @param {number} y @param {Random} rand @returns {Colour} */
  return (x, y, rand) => {
    const cloud = fbm(x * 5, y * 11, seed, 3);
    // The tree on the right leans over the water; its trunk forks.
    const lean = 0.87 + 0.05 * Math.sin((0.62 - y) * 5) - 0.04 * smooth(0.4, 0.2, y);
    const thick = 0.014 + 0.02 * smooth(0.45, 0.62, y);
    let leafy = 0;
    let lit = 0;
    for (const [cx, cy, r] of CLUMPS) {
      const d = Math.hypot(x - cx, (y - cy) * 1.15) / (r * (1 + 0.4 * noise(x * 22, y * 22, seed + 3)));
      if (d > 1) continue;
      leafy = 1;
      lit = Math.max(lit, (1 - d) * 0.4 + 0.42 * Math.max(0, ((cx - x) * 0.8 + (cy - y) * 0.6) / r));
    }
    if (leafy && noise(x * 34, y * 34, seed + 4) > -0.5) {
      return LEAVES(0.02 + 1.0 * lit + 0.34 * noise(x * 24, y * 24, seed + 5) + 0.24 * rand());
    }
    if (y > 0.2 && y < bank(x) + 0.03 && Math.abs(x - lean) < thick) {
      return TRUNK(0.5 + (0.45 * (lean - x)) / thick + 0.3 * (rand() - 0.5));
    }
    if (y > bank(x)) {
      const tuft = noise(x * 16, y * 26, seed + 6) + 0.5 * noise(x * 50, y * 50, seed + 7);
      const flower = noise(x * 38, y * 48, seed + 8);
      if (flower > 0.56) return mix([1, 0.45, 0.5], [1, 0.85, 0.8], rand());
      if (flower < -0.62) return mix([0.65, 0.35, 0.95], [0.95, 0.3, 0.65], rand());
      return GRASS(
        0.42 + 0.42 * tuft - 0.5 * smooth(bank(x) + 0.02, 0.78, y) + 0.35 * smooth(0.03, 0, y - bank(x)) + 0.2 * rand(),
      );
    }
    const far = HORIZON - 0.035 * Math.exp(-((x - 0.72) ** 2) / 0.02) - 0.022 * Math.exp(-((x - 0.16) ** 2) / 0.012);
    if (y > HORIZON) {
      const deep = (y - HORIZON) / 0.25;
      const ripple = Math.sin(((y - HORIZON) * 900) / (1 + 6 * deep) + 5 * noise(x * 7, y * 20, seed + 9));
      const path = Math.exp(-(((x - SUN_X - 0.012 * ripple) / (0.028 + 0.09 * deep)) ** 2));
      const tone =
        0.32 + 0.13 * ripple + 0.25 * cloud - 0.2 * deep + 0.3 * smooth(0.12, 0, deep) + 0.14 * (rand() - 0.5);
      if (rand() < path * (0.75 + 0.6 * ripple)) return SUN(0.15 + 0.75 * deep + 0.3 * rand());
      return rand() < 0.22 * (ripple + 0.4) ? SKY(0.55 + 0.4 * rand()) : WATER(tone);
    }
    if (y > far) return SHORE(0.5 + 0.6 * cloud + 0.5 * (rand() - 0.5));
    const d = Math.hypot(x - SUN_X, y - SUN_Y);
    if (d < 0.052) return SUN(0.15 * rand() + 6 * d * smooth(0.02, 0.052, d) * 0.8);
    const glow = Math.exp(-d * 4.6);
    const rings = (0.1 + 0.06 * smooth(0.1, 0.4, d)) * Math.sin(d * 88 + 4 * cloud);
    const band = 0.5 + 0.5 * Math.sin(y * 46 + 6 * noise(x * 2, y * 5, seed + 10));
    return SKY(
      0.05 + 0.62 * smooth(0, HORIZON, y) + 0.4 * glow + rings + 0.28 * cloud + 0.12 * band + 0.1 * (rand() - 0.5),
    );
  };
}

/**
 * The line that the dots of a place stand on: round the sun, along the ripples, round the clumps, along the bank.
 * @param {number} x
 * @param {number} y
 * @returns {readonly [number, number, number]} its direction, and where it crosses its neighbours, counted along them
 */
function line(x, y) {
  for (const [cx, cy, r] of CLUMPS) {
    if (Math.hypot(x - cx, (y - cy) * 1.15) < r * 0.95) {
      return [Math.atan2(y - cy, x - cx) + Math.PI / 2, Math.hypot(x - cx, y - cy), Math.atan2(y - cy, x - cx)];
    }
  }
  if (y > bank(x)) return [Math.atan2(bank(x + 0.01) - bank(x), 0.01), y - bank(x), Math.PI / 2];
  if (y > HORIZON) return [0, y, Math.PI / 2];
  const angle = Math.atan2(y - SUN_Y, x - SUN_X);
  return [angle + Math.PI / 2, Math.hypot(x - SUN_X, y - SUN_Y), angle];
}

/**
 * One dot: a rounded, uneven touch of paint with a raised rim.
 * @param {Canvas} canvas
 * @param {number} x in canvas pixels
 * @param {number} y
 * @param {number} radius in canvas pixels
 * @param {number} turn
 * @param {Colour} colour
 * @param {Random} rand
 */
function dot(canvas, x, y, radius, turn, colour, rand) {
  const { width, height, r, g, b, h, unit } = canvas;
  const stretch = 1.12 + 0.25 * rand();
  const c = Math.cos(turn);
  const s = Math.sin(turn);
  const lump = rand() * 100;
  const reach = radius * 1.6;
  for (let j = Math.max(0, Math.ceil(y - reach)); j <= Math.min(height - 1, y + reach); j++) {
    for (let i = Math.max(0, Math.ceil(x - reach)); i <= Math.min(width - 1, x + reach); i++) {
      const u = ((i - x) * c + (j - y) * s) / stretch;
      const v = ((j - y) * c - (i - x) * s) * stretch;
      const d = Math.hypot(u, v) / radius;
      if (d > 1.25) continue;
      const uneven = noise(u / (radius * 0.8) + lump, v / (radius * 0.8), 1);
      const inside = (1 + 0.16 * uneven - d) * radius;
      const cover = smooth(-0.3 * unit, 0.6 * unit, inside);
      if (cover === 0) continue;
      const k = j * width + i;
      const tone = 1 + 0.1 * uneven + 0.06 * noise(u / unit, v / (3 * unit), 2);
      r[k] = at(r, k) + cover * (colour[0] * tone - at(r, k));
      g[k] = at(g, k) + cover * (colour[1] * tone - at(g, k));
      b[k] = at(b, k) + cover * (colour[2] * tone - at(b, k));
      const dome = unit * (1.0 + 1.1 * Math.exp(-(((inside - 1.5 * unit) / (1.3 * unit)) ** 2)) + 0.35 * uneven);
      h[k] = at(h, k) + cover * (0.3 * at(h, k) + dome - at(h, k));
    }
  }
}

/**
 * @param {Canvas} canvas
 * @param {number} seed
 */
export function dots(canvas, seed) {
  const rand = random(seed);
  const scene = landscape(seed);
  const { width, height, unit } = canvas;
  const tall = (0.75 * width) / height;
  canvas.fill((x, y, out) => {
    const paint = shift(scene(x, y * tall, rand), -0.16, 0.9, 0.5);
    out.set(paint);
    out[3] = unit * 0.5 * noise(x * 300, y * 300, seed + 20);
  });
  for (const [spacing, radius, wild, lift] of /** @type {Array<[number, number, number, number]>} */ ([
    [11, 9.5, 0.6, -0.11],
    [10, 6.8, 0.8, -0.02],
    [9.2, 4.7, 1, 0.05],
    [12, 3.4, 1.2, 0.09],
  ])) {
    const step = spacing * unit;
    /** @type {number[]} */
    const order = [];
    const columns = Math.ceil(width / step) + 1;
    const rows = Math.ceil(height / step) + 1;
    for (let k = 0; k < columns * rows; k++) order.push(k);
    for (let k = order.length - 1; k > 0; k--) {
      const n = Math.floor(rand() * (k + 1));
      const held = order[k] ?? 0;
      order[k] = order[n] ?? 0;
      order[n] = held;
    }
    for (const k of order) {
      let x = ((k % columns) + 0.9 * (rand() - 0.5)) * step;
      let y = (Math.floor(k / columns) + 0.9 * (rand() - 0.5)) * step;
      const [along, off, across] = line(x / width, (y / width) * tall);
      const gap = (step * 1.02) / width;
      const move = (Math.round(off / gap) * gap - off) * 0.85 * width;
      x += Math.cos(across) * move;
      y += Math.sin(across) * move;
      const asked = scene(x / width, (y / width) * tall, rand);
      const opposite = rand() < 0.07 * wild;
      const turn = opposite ? Math.PI * (0.8 + 0.4 * rand()) : 1.1 * wild * (rand() - 0.5);
      const light = opposite ? 0.07 : 0.2 * wild * (rand() - 0.5) + lift;
      const colour = shift(asked, light, 1.15 + 0.25 * rand(), turn);
      dot(canvas, x, y, radius * unit * (0.75 + 0.5 * rand()), along + 0.5 * (rand() - 0.5), colour, rand);
    }
  }
  canvas.light({ depth: 0.6, shine: 0.16 });
}
