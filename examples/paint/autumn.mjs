// autumn: an avenue after rain, laid on with a palette knife. Broad slabs of leaves, dark trunks, a path that mirrors
// them; all lines run to one bright point.

import { cover } from "./brush.mjs";
import { ramp, shift } from "./colour.mjs";
import { fbm, noise, random, smooth } from "./random.mjs";

/** @typedef {import("./canvas.mjs").Canvas} Canvas */
/** @typedef {import("./colour.mjs").Colour} Colour */

const LEAVES = ramp(["#fff3bd", "#ffdf5e", "#ffb62a", "#fb8122", "#e8481f", "#b81d2c", "#74123c", "#3a1850"]);
const GREENS = ramp(["#e8e05a", "#9cbc34", "#3f8a45", "#0f5a5c", "#143a66"]);
const AIR = ramp(["#fff6d2", "#ffe6a0", "#b8d8d4", "#6fb0d0", "#3f78c0", "#2f4a9c"]);
const BARK = ramp(["#140d26", "#2a1636", "#4a2444", "#7a3a48", "#d8824a"]);
const WET = ramp(["#fff0c0", "#ffc65a", "#f08a5a", "#a86aa8", "#4f6ac0", "#243a8c", "#161f58"]);

const EYE_X = 0.53;
const EYE_Y = 0.43;

/** Trunks in pairs, far to near: x, foot, half width. @type {Array<readonly [number, number, number]>} */
const TRUNKS = [
  [0.468, 0.462, 0.0035],
  [0.595, 0.463, 0.0035],
  [0.425, 0.478, 0.005],
  [0.645, 0.48, 0.0055],
  [0.362, 0.503, 0.008],
  [0.715, 0.508, 0.0085],
  [0.265, 0.545, 0.0125],
  [0.822, 0.552, 0.013],
  [0.105, 0.615, 0.021],
  [0.975, 0.625, 0.021],
];

/** @param {number} y half the path's width there */
const path = (y) => 0.018 + 0.78 * Math.max(0, y - EYE_Y - 0.02);

/**
 * @param {Canvas} canvas
 * @param {number} seed
 */
export function autumn(canvas, seed) {
  const rand = random(seed);
  const tall = (0.75 * canvas.width) / canvas.height;

  /**
   * The trunk or bough here, if any: -1..1 across it (2 for none) and the way it grows.
   * @param {number} x
   * @param {number} y
   * @returns {readonly [number, number, number]}
   */
  const trunk = (x, y) => {
    for (let k = TRUNKS.length - 1; k >= 0; k--) {
      const [cx, foot, half] = TRUNKS[k] ?? [0, 0, 0];
      const up = foot - y;
      const tall = half * 40;
      if (up < 0 || up > tall || Math.abs(x - cx) > half * 22) continue;
      // Leaves hang before the upper parts.
      if (up > half * 8 && noise(x * 15 + k, y * 15, seed + 13) > 0.42 - 0.2 * (up / tall)) continue;
      const inwards = cx < EYE_X ? 1 : -1;
      const lean = inwards * 0.1 * up + 0.9 * half * Math.sin(up * 14 + cx * 20);
      const flare = 0.55 * Math.exp(-up / (half * 2));
      const across = (x - cx - lean) / (half * (1.1 + flare - 0.85 * (up / tall)) + 0.001);
      if (Math.abs(across) < 1) return [across, 0.1 * inwards, -1];
      for (let n = 0; n < 5; n++) {
        const side = (n + k) % 2 === 0 ? 1 : -1;
        const from = half * (9 + 5.5 * n);
        const rise = up - from;
        if (rise < 0 || rise > half * 9) continue;
        const reach = rise * (0.55 + 0.12 * n) + (0.06 * (rise * rise)) / half;
        const middle = cx + lean + side * reach;
        const bough = (x - middle) / (half * 0.42 * (1 - rise / (half * 9.5)) + 0.0012);
        if (Math.abs(bough) < 1) return [bough * 0.8, side * (0.6 + (0.12 * rise) / half), -1];
      }
    }
    return [2, 0, 0];
  };

  /** 0 leaves and air, 1 trunks, 2 path, 3 verges. @param {number} x @param {number} y */
  const region = (x, y) => {
    if (trunk(x, y)[0] < 2) return 1;
    const ground = EYE_Y + 0.022 + 0.2 * Math.max(0, Math.abs(x - EYE_X) - 0.02) ** 1.1;
    if (y < ground + 0.01 * noise(x * 20, 1, seed)) return 0;
    const bend = EYE_X + 0.05 * Math.sin((y - EYE_Y) * 8);
    return Math.abs(x - bend) < path(y) * (1 + 0.1 * noise(1, y * 22, seed)) * 0.72 ? 2 : 3;
  };

  /** @param {number} x @param {number} y @returns {Colour} */
  const canopy = (x, y) => {
    const d = Math.hypot((x - EYE_X) * 1.05, (y - EYE_Y) * 1.15);
    const mass = fbm(x * 6, y * 7, seed + 2, 3);
    const spot = noise(x * 26, y * 26, seed + 3);
    if (d < 0.07 + 0.03 * mass) return AIR(0.25 * rand() + d * 2);
    const gap = fbm(x * 4.5 + 9, y * 5.5, seed + 4, 2) + 0.25 * smooth(0.36, 0.1, d);
    if (gap > 0.27 && y < 0.41) return AIR(0.3 + 1.1 * d + 0.35 * (rand() - 0.5));
    const tone = 0.04 + 1.12 * d + 0.85 * mass + 0.22 * spot + 0.26 * (rand() - 0.5);
    if (fbm(x * 5, y * 5 + 4, seed + 5, 2) > 0.2) return GREENS(0.05 + tone * 0.95);
    return LEAVES(tone);
  };

  /** @param {number} x @param {number} y @returns {Colour} */
  const colour = (x, y) => {
    switch (region(x, y)) {
      case 1: {
        const lit = (trunk(x, y)[0] * (x < EYE_X ? 1 : -1) + 1) / 2;
        return BARK(0.12 + 0.8 * lit * lit + 0.4 * rand() * lit + 0.1 * noise(x * 40, y * 30, seed));
      }
      case 2: {
        // Wet stones: what stands above, upside down and broken, with the sky's blue between.
        const depth = y - EYE_Y;
        const over = EYE_Y + 0.03 - depth * 1.15 + 0.03 * (rand() - 0.5);
        const broken = noise(x * 9, y * 34, seed + 6) + 0.3 * (rand() - 0.5);
        if (trunk(x + 0.012 * (rand() - 0.5), over + 0.03)[0] < 2 && broken > -0.35) return BARK(0.3 + 0.3 * rand());
        if (broken > 0.1) return canopy(x + 0.02 * (rand() - 0.5), over);
        const shine = Math.exp(-(((x - EYE_X) / (0.03 + 0.32 * depth)) ** 2));
        return WET(0.78 - 0.75 * shine + 0.5 * depth + 0.35 * broken + 0.24 * (rand() - 0.5));
      }
      case 3: {
        const litter = fbm(x * 9, y * 16, seed + 7, 3);
        if (noise(x * 17, y * 30, seed + 8) > 0.42) return GREENS(0.35 + 0.6 * rand());
        return LEAVES(0.56 + 1.1 * litter + 0.7 * (y - 0.5) + 0.34 * (rand() - 0.5));
      }
      default:
        return canopy(x, y);
    }
  };

  /** One region's flow: boughs hang and fan out, bark rises, water lies, leaves lie along the way. */
  const flows = [0, 1, 2, 3].map((where) => {
    /** @type {import("./brush.mjs").Flow} */
    const flow = (x, y0) => {
      const y = y0 * tall;
      if (where === 1 && trunk(x, y)[0] === 2) return null;
      if (where === 1) {
        const [, dx, dy] = trunk(x, y);
        return [dx, dy];
      }
      const turn = noise(x * 5, y * 5, seed + 9);
      if (where === 2) return [1, 0.12 * turn];
      const dx = x - EYE_X;
      const dy = y - EYE_Y;
      const r = Math.hypot(dx, dy) + 0.02;
      if (where === 3) return [dx / r + 0.5 * turn, (dy / r) * 0.6 + 0.2 * turn];
      // Across the rays and a little outwards, so that the crowns arch over the way.
      return [-dy / r + 0.55 * (dx / r) + 1.5 * turn, dx / r + 0.55 * (dy / r) + 0.9 * turn];
    };
    return flow;
  });
  /** @param {number} x @param {number} y */
  const flowAt = (x, y) => flows[region(x, y * tall)] ?? null;

  /** @param {number} spacing @param {number} width @param {number} length @param {number} thick @param {number} wild */
  const layer = (spacing, width, length, thick, wild) =>
    cover(canvas, spacing, flowAt, rand, (x, y0) => {
      const y = y0 * tall;
      const where = region(x, y);
      const d = Math.hypot(x - EYE_X, y - EYE_Y);
      const size = (0.42 + 0.58 * smooth(0.03, 0.33, d)) * (0.7 + 0.6 * rand());
      const narrow = where === 1 ? 0.45 : where === 2 ? 0.62 : 1;
      return {
        a: shift(colour(x, y), wild * (rand() - 0.5), 1.12, 0.5 * (rand() - 0.5)),
        b: shift(colour(x, y), wild * (rand() - 0.35), 1.1, 0.5 * (rand() - 0.5)),
        width: width * size * narrow,
        length: length * size * (where === 2 ? 1.35 : 1),
        thick: thick * (0.7 + 0.6 * rand()),
        dry: 0.35 + 0.6 * rand(),
        streak: 0.9,
        square: 1,
        bristle: 3.4,
      };
    });

  canvas.fill((_x, _y, out) => out.set([0.13, 0.07, 0.2, 0]));
  canvas.weave(0.6, seed);
  layer(20, 52, 90, 0.8, 0.06);
  layer(16, 31, 58, 1.5, 0.12);
  layer(13.5, 19, 38, 2.1, 0.18);
  cover(canvas, 5, flowAt, rand, (x, y0) => {
    const y = y0 * tall;
    if (region(x, y) !== 1) return null;
    const size = 0.35 + 0.65 * smooth(0.05, 0.4, Math.abs(x - EYE_X));
    return {
      a: colour(x, y),
      b: shift(colour(x, y), 0.08 * rand(), 1.3, 0.5 * (rand() - 0.5)),
      width: 9 * size,
      length: 50 * size,
      thick: 1.6,
      dry: 0.7,
      streak: 0.9,
      square: 1,
      bristle: 3,
    };
  });
  layer(19, 10, 24, 2.4, 0.26);
  canvas.light({ depth: 0.8, shine: 0.26 });
}
