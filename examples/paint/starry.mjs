// starry: a night in thick oil. The wind of the sky is one stream function, and its contours are the brush strokes.

import { cover } from "./brush.mjs";
import { ramp, shift } from "./colour.mjs";
import { fbm, noise, random, smooth } from "./random.mjs";

/** @typedef {import("./canvas.mjs").Canvas} Canvas */
/** @typedef {import("./colour.mjs").Colour} Colour */

const SKY = ramp(["#0b1240", "#142a80", "#1c45b0", "#2a6cc8", "#3f9ad2", "#86cdd6", "#dcecd0"]);
const GLOW = ramp(["#fff6cf", "#ffe27a", "#ffc53a", "#f79a1e", "#d9c665", "#7fc3b4", "#3f8fcb"]);
const FAR = ramp(["#12204f", "#1d3d86", "#2c66a0", "#4f9fae"]);
const NEAR = ramp(["#0c2530", "#14493f", "#2a7a4c", "#7fae45", "#d6c64a"]);
const WHEAT = ramp(["#6b2a12", "#b5541a", "#e08a1e", "#f6bb34", "#ffe489"]);
const TREE = ramp(["#07130f", "#0d2b22", "#1c4c2f", "#41702f", "#a1882c"]);

/** Moon first, then stars: x, y, radius of the disc. */
const LIGHTS = [
  [0.2, 0.17, 0.046],
  [0.43, 0.075, 0.013],
  [0.545, 0.3, 0.016],
  [0.66, 0.1, 0.018],
  [0.79, 0.235, 0.013],
  [0.93, 0.08, 0.015],
  [0.345, 0.385, 0.011],
  [0.065, 0.37, 0.013],
  [0.955, 0.33, 0.01],
  [0.06, 0.05, 0.01],
].map(([x = 0, y = 0, r = 0]) => ({ x, y, r }));

/** Whirls of the wind: x, y, reach, strength. */
const WHIRLS = [
  [0.42, 0.225, 0.075, 0.15],
  [0.665, 0.3, 0.06, -0.12],
  [0.85, 0.13, 0.07, 0.11],
].map(([x = 0, y = 0, reach = 1, strength = 0]) => ({ x, y, reach, strength }));

/**
 * @param {Canvas} canvas
 * @param {number} seed
 */
export function starry(canvas, seed) {
  const rand = random(seed);
  const bottom = canvas.height / canvas.width / 0.75;

  /** The stream function of the wind. @param {number} x @param {number} y */
  const stream = (x, y) => {
    let sum = 0.62 * y + 0.05 * Math.sin(x * 5.2 + 1) + 0.045 * fbm(x * 3.5, y * 4.5, seed, 2);
    for (const { x: cx, y: cy, reach, strength } of WHIRLS) {
      sum += strength * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * reach * reach));
    }
    for (const { x: cx, y: cy, r } of LIGHTS) {
      const reach = r * (r > 0.03 ? 2.3 : 2.7);
      sum += 4.2 * reach * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * reach * reach));
    }
    return sum;
  };
  /** @param {number} x */
  const ridge = (x) => 0.5 + 0.03 * Math.sin(x * 7 + 0.4) - 0.05 * smooth(0.35, 0.75, x) + 0.02 * noise(x * 9, 3, seed);
  /** @param {number} x */
  const hill = (x) => 0.575 - 0.045 * Math.sin(x * 4.1 + 2.2) + 0.012 * noise(x * 12, 8, seed);
  /** @param {number} x */
  const field = (x) => 0.625 + 0.05 * Math.sin(x * 3.6 + 4.4) + 0.008 * noise(x * 14, 5, seed);
  /** How far inside a tree; negative outside. @param {number} x @param {number} y */
  const tree = (x, y) => {
    let inside = -1;
    for (const [cx, top, girth] of /** @type {Array<[number, number, number]>} */ ([
      [0.878, 0.235, 0.046],
      [0.935, 0.36, 0.04],
      [0.83, 0.43, 0.026],
    ])) {
      const t = (y - top) / (0.74 - top);
      if (t < 0) continue;
      const sway = 0.012 * Math.sin(y * 19 + cx * 30) + 0.008 * noise(cx * 50, y * 16, seed);
      const half =
        girth * Math.min(1, 1.5 * t ** 0.75) * (1.1 - 0.35 * t) * (1 + 0.25 * noise(x * 30, y * 22, seed + 4));
      inside = Math.max(inside, 1 - Math.abs(x - cx - sway) / half);
    }
    return inside;
  };

  /** @param {number} x @param {number} y0 */
  const region = (x, y0) => {
    const y = y0 / bottom;
    if (tree(x, y) > 0) return 4;
    if (y > field(x)) return 3;
    if (y > hill(x)) return 2;
    return y > ridge(x) ? 1 : 0;
  };

  /** The wind, the slopes, the growth: one region's flow. @param {number} where @returns {import("./brush.mjs").Flow} */
  const flowIn = (where) => (x, y0) => {
    if (region(x, y0) !== where) return null;
    const y = y0 / bottom;
    const e = 0.002;
    if (where === 0) {
      return [(stream(x, y + e) - stream(x, y - e)) / e, (stream(x - e, y) - stream(x + e, y)) / e];
    }
    if (where === 4) return [0.55 * noise(x * 22, y * 11, seed + 3) + 0.3 * Math.sin(y * 24 + x * 40), -1];
    const edge = where === 1 ? ridge : where === 2 ? hill : field;
    const slope = (edge(x + e) - edge(x - e)) / (2 * e);
    if (where === 3) return [1, slope * 0.4 - 0.9 * noise(x * 5, y * 9, seed + 6) - 0.35];
    return [1, slope + 0.8 * noise(x * 6, y * 10, seed + 2) + (where === 2 ? 0.35 : 0)];
  };
  const flows = [0, 1, 2, 3, 4].map(flowIn);
  /** @type {import("./brush.mjs").FlowAt} */
  const flow = (x, y) => flows[region(x, y)] ?? null;

  /** The paint for a place. @param {number} x @param {number} y0 @returns {Colour} */
  const colour = (x, y0) => {
    const y = y0 / bottom;
    const grain = fbm(x * 9, y * 9, seed + 20, 3);
    switch (region(x, y0)) {
      case 4:
        return TREE(0.34 + 0.5 * grain + 0.3 * Math.sin(x * 240 + 9 * noise(x * 8, y * 8, seed)) + 0.2 * rand());
      case 3:
        return WHEAT(0.52 + 0.6 * grain + 0.3 * Math.sin((y - field(x)) * 150 + x * 22) + 0.25 * (rand() - 0.5));
      case 2:
        return NEAR(0.42 + 0.7 * grain + 0.32 * Math.sin((y - hill(x)) * 170 + 3 * grain) + 0.3 * (rand() - 0.5));
      case 1:
        return FAR(0.45 + 0.7 * grain + 0.35 * Math.sin((y - ridge(x)) * 190) + 0.3 * (rand() - 0.5));
      default: {
        const psi = stream(x, y);
        const band = 0.5 + 0.5 * Math.sin(psi * 62 + 4 * grain);
        let paint = SKY(0.1 + 0.4 * band + 0.26 * (y / 0.5) + 0.55 * grain + 0.16 * (rand() - 0.5));
        for (const { x: cx, y: cy, r } of LIGHTS) {
          const reach = r > 0.03 ? 3.3 : 4.6;
          const d = Math.hypot(x - cx, y - cy) / r;
          if (d > reach * 1.3) continue;
          const ring = d / reach + 0.1 * (rand() - 0.5);
          const hue = d < 1 ? 0.12 * rand() : 0.12 + 0.8 * ring + 0.17 * Math.sin(d * 4.2 + cx * 9);
          if (rand() > smooth(0.72, 1.12, ring)) paint = GLOW(hue);
        }
        return paint;
      }
    }
  };

  /**
   * @param {number} spacing @param {number} width @param {number} length @param {number} thick @param {number} vivid
   * @param {boolean} [sparse]
   */
  const layer = (spacing, width, length, thick, vivid, sparse = false) =>
    cover(canvas, spacing, flow, rand, (x, y) => {
      const paint = colour(x, y);
      const near = LIGHTS.some((l) => Math.hypot(x - l.x, y / bottom - l.y) < l.r * 4.4);
      const size = near ? 0.5 : 1;
      if (sparse && !near && noise(x * 7, y * 7, seed + 31) + 0.6 * (rand() - 0.5) < 0.05) return null;
      return {
        a: shift(paint, vivid * (rand() - 0.5), 1.12, 0.35 * (rand() - 0.5)),
        b: shift(colour(x, y), vivid * (rand() - 0.4), 1.1, 0.7 * (rand() - 0.5)),
        width: width * (0.7 + 0.6 * rand()) * (near ? 0.75 : 1),
        length: length * (0.6 + 0.8 * rand()) * size,
        thick: thick * (0.7 + 0.6 * rand()),
        dry: 0.3 + 0.5 * rand(),
      };
    });

  canvas.fill((_x, _y, out) => out.set([0.05, 0.07, 0.16, 0]));
  canvas.weave(0.5, seed);
  layer(15, 36, 130, 0.6, 0.06);
  layer(11.5, 19, 105, 1.1, 0.13);
  layer(8.2, 11, 70, 1.4, 0.17, true);
  cover(canvas, 14, flow, rand, (x, y) => {
    if (rand() < 0.35) return null;
    return {
      a: shift(colour(x, y), 0.1 + 0.1 * rand(), 1.15, 0.4 * (rand() - 0.5)),
      b: shift(colour(x, y), 0.02, 1.2, 0.6 * (rand() - 0.5)),
      width: 4 + 3 * rand(),
      length: 26 + 34 * rand(),
      thick: 1.7,
      dry: 0.5,
    };
  });
  canvas.light({ depth: 0.85, shine: 0.22 });
}
