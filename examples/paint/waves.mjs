// waves: a colour woodcut. Crests are cut as shapes back to front; carved lines follow their outlines; foam grows claws.

import { hex, mix, ramp, shift } from "./colour.mjs";
import { at, fbm, hash, lerp, noise, random, smooth } from "./random.mjs";
import { curve, Mask } from "./shapes.mjs";

/** @typedef {import("./canvas.mjs").Canvas} Canvas */
/** @typedef {import("./colour.mjs").Colour} Colour */
/** @typedef {import("./random.mjs").Random} Random */
/** @typedef {import("./shapes.mjs").Point} Point */

const PAPER = hex("#f6e7c4");
const LINE = hex("#0e1b3d");
const FOAM = hex("#fbf3dc");
const SUN = hex("#d8402a");
const SKY = ramp(["#d9704a", "#efa765", "#f7d58f", "#f5e6b8", "#cfe0c4", "#9ccbc4"]);
const WATER = ["#123a7a", "#1d5fa8", "#f3ead0", "#2b7fb8", "#12306c", "#7fb9cf", "#174a8c", "#cfe3d8", "#1f6f9c"].map(
  hex,
);

/** A breaking wave, its foot 0 and its top 1, breaking to the right. @type {Point[]} */
const CREST = [
  [-1.9, 0],
  [-1.25, 0.16],
  [-0.72, 0.5],
  [-0.35, 0.84],
  [0.02, 1],
  [0.36, 0.97],
  [0.62, 0.8],
  [0.72, 0.58],
  [0.55, 0.68],
  [0.32, 0.7],
  [0.13, 0.55],
  [0.1, 0.33],
  [0.28, 0.14],
  [0.7, 0.03],
  [1.3, 0],
];
/** The stretch of the crest that foams, in pieces of the curve. */
const FOAMING = [2.4, 9.6];

/** Crests back to front: x, foot, size (negative: breaks to the left), one list for each layer. @type {number[][][]} */
const LAYERS = [
  [
    [0.08, 0.475, 0.05],
    [0.27, 0.48, -0.045],
    [0.5, 0.475, 0.055],
    [0.72, 0.48, 0.05],
    [0.93, 0.475, -0.05],
  ],
  [
    [0.02, 0.56, 0.13],
    [0.6, 0.555, -0.1],
    [0.8, 0.56, 0.12],
    [1.02, 0.555, 0.1],
  ],
  [
    [0.31, 0.7, 0.52],
    [1.02, 0.64, -0.22],
  ],
  [
    [0.04, 0.7, 0.16],
    [0.72, 0.695, -0.2],
  ],
  [
    [0.27, 0.75, 0.12],
    [0.52, 0.76, 0.1],
    [0.93, 0.765, -0.14],
  ],
];

/**
 * Foam that reaches out, thins, bends and splits.
 * @param {Mask} mask
 * @param {Random} rand
 * @param {number} x
 * @param {number} y
 * @param {number} angle
 * @param {number} radius
 * @param {number} bend
 * @param {number} splits
 */
function claw(mask, rand, x, y, angle, radius, bend, splits) {
  let u = x;
  let v = y;
  let heading = angle;
  let r = radius;
  const steps = 8;
  for (let k = 0; k < steps; k++) {
    mask.disc(u, v, r);
    u += Math.cos(heading) * r * 0.8;
    v += Math.sin(heading) * r * 0.8;
    heading += bend * (0.6 + 0.8 * rand()) + 0.1 * Math.sin(Math.PI / 2 - heading);
    r *= 0.93;
  }
  mask.disc(u, v, r * 1.15);
  if (splits <= 0) return;
  for (const side of [-1, 1]) {
    claw(mask, rand, u, v, heading + side * (0.5 + 0.4 * rand()), r * 0.92, bend * (0.8 + 0.9 * rand()), splits - 1);
  }
}

/** @typedef {{ body: Float32Array, foam: Float32Array }} Layer depths inside the wave and inside its foam */

/** @param {Canvas} canvas @param {Random} rand @param {number[][]} crests @param {number} index @returns {Layer} */
function cut(canvas, rand, crests, index) {
  const bottom = canvas.height / canvas.width;
  const body = new Mask(canvas.width, canvas.height);
  const foam = new Mask(canvas.width, canvas.height);
  const foot = Math.min(...crests.map((crest) => crest[1] ?? 0)) + 0.012;
  /** @type {Point[]} */
  const swell = [];
  for (let k = 0; k <= 60; k++) swell.push([k / 60, foot + 0.008 * Math.sin(k * 0.7 + index * 2)]);
  body.polygon([...swell, [1, bottom + 0.1], [0, bottom + 0.1]]);
  for (const [x = 0, y = 0, size = 0] of crests) {
    const scale = Math.abs(size);
    const side = Math.sign(size);
    const outline = curve(
      CREST.map(([u, v]) => [x + side * scale * u * 0.85, y - scale * v]),
      24,
    );
    body.polygon([...outline, [x + side * scale * 1.2, y + 0.06], [x - side * scale * 1.7, y + 0.06]]);
    const [from = 0, to = 0] = FOAMING;
    let next = from * 24;
    for (let k = Math.floor(from * 24); k < to * 24; k++) {
      const a = /** @type {Point} */ (outline[k]);
      const b = /** @type {Point} */ (outline[k + 1]);
      const along = (k / 24 - from) / (to - from);
      const swelling = Math.sin(Math.PI * Math.min(1, along * 1.15)) ** 0.6;
      foam.disc(a[0], a[1], scale * (0.007 + 0.03 * swelling * (0.7 + 0.3 * Math.sin(k * 0.9))));
      if (k < next) continue;
      next = k + 4 + 4 * rand();
      const out = Math.atan2(-(b[0] - a[0]) * side, (b[1] - a[1]) * side);
      const forward = out + side * (0.1 + 0.6 * rand()) * Math.cos(Math.PI * along);
      const reach = scale * (0.01 + 0.02 * swelling * (0.5 + 0.7 * rand()));
      claw(foam, rand, a[0], a[1], forward, reach, side * 0.13 * Math.cos(Math.PI * along * 0.7), scale > 0.15 ? 2 : 1);
    }
    for (let k = 0; k < 70 * Math.sqrt(scale); k++) {
      const angle = -Math.PI * rand();
      const far = scale * (0.12 + 0.5 * rand() ** 1.5);
      foam.disc(
        x + side * scale * 0.35 + Math.cos(angle) * far * 1.1,
        y - scale * 0.88 + Math.sin(angle) * far * 0.7,
        0.0016 + 0.0035 * rand() ** 2,
      );
    }
  }
  return { body: body.depth(), foam: foam.depth() };
}

/**
 * @param {Canvas} canvas
 * @param {number} seed
 */
export function waves(canvas, seed) {
  const rand = random(seed);
  const { unit, width } = canvas;
  const layers = LAYERS.map((crests, index) => cut(canvas, rand, crests, index)).reverse();

  /** The plank's grain: rings of a tree, cut lengthwise, with two knots. @param {number} x @param {number} y */
  const grain = (x, y) => {
    let v = y * 92 + 4.5 * noise(x * 2.2, y * 5, seed + 1) + 0.8 * noise(x * 9, y * 30, seed + 2);
    for (const [kx, ky] of /** @type {Point[]} */ ([
      [0.55, 0.13],
      [0.1, 0.3],
      [0.93, 0.36],
    ])) {
      v += 7 * Math.exp(-((x - kx) ** 2 / 0.014 + (y - ky) ** 2 / 0.004));
    }
    return Math.sin(v * Math.PI);
  };

  /** @param {number} x @param {number} y @returns {Colour} */
  const sky = (x, y) => {
    const wood = grain(x, y);
    const rings = Math.hypot(x - 0.79, y - 0.17);
    if (rings < 0.105) {
      const glow = mix(SUN, hex("#f08a3c"), 0.75 * smooth(0.1, 0.26, y) + 0.12 * wood);
      const line = Math.sin(y * 520 + 2 * noise(x * 9, y * 9, seed + 7)) > 1.25 - 7 * (y - 0.08);
      return rings > 0.102 ? LINE : line ? hex("#f8c95e") : shift(glow, 0.03 * wood, 1, 0);
    }
    const mist = 0.5 + 0.5 * Math.sin(y * 33 + 1.5 * Math.sin(x * 5 + y * 7) + 2 * noise(x * 2.5, y * 8, seed + 3));
    let paint = SKY(0.02 + y * 1.75 + 0.2 * (mist - 0.5));
    const edge = Math.abs(mist - 0.62) * 26;
    if (mist > 0.62) paint = mix(paint, PAPER, 0.62);
    if (edge < 0.55) paint = mix(paint, hex("#8a3a34"), 0.75);
    const carve = Math.abs(wood) - 0.36 - 0.45 * noise(x * 5, y * 40, seed + 4);
    return mix(paint, shift(paint, -0.17, 1.5, -0.16), smooth(0.06, -0.06, carve));
  };

  /** @param {number} depth in pixels @param {number} x @param {number} y @param {number} level @returns {Colour} */
  const water = (depth, x, y, level) => {
    const d = depth / unit;
    const loose = smooth(25, 120, d);
    const bend = (7 + 26 * loose) * noise(x * 7, y * 5, seed + 5 + level) + 2.5 * noise(x * 26, y * 26, seed + 6);
    const band = (d + bend * smooth(3, 30, d)) / lerp(6, 9.5, smooth(0, 120, d)) + level * 0.37;
    const which = Math.floor(band);
    const inside = band - which;
    const paint = WATER[(((which + level * 4) % WATER.length) + WATER.length) % WATER.length] ?? LINE;
    const carved = 0.09 + 0.16 * Math.max(0, 0.35 + noise(x * 14, y * 14, seed + 30 + which));
    if (inside < carved) return LINE;
    const hatch = Math.sin(band * 2 * Math.PI * 3);
    const strength = smooth(-0.1, 0.3, noise(x * 11, y * 11, seed + 60 + which));
    const lit = mix(paint, shift(paint, 0.07, 1, -0.1), inside);
    return hatch > 0.55 ? mix(lit, LINE, 0.75 * strength) : lit;
  };

  canvas.fill((x, y, out) => {
    const i = Math.floor(x * width);
    const j = Math.floor(y * width);
    const k = j * width + i;
    /** @type {Colour} */
    let paint = FOAM;
    let relief = 0;
    let ink = 1;
    let level = layers.length;
    for (const { body, foam } of layers) {
      level--;
      const f = at(foam, k) / unit;
      if (f > 0) {
        const shade = noise(x * 40, y * 40, seed + 9);
        const rim = f < 1.7 + 0.5 * shade;
        paint = rim
          ? LINE
          : f > 3.4 && f < 4.6 + shade
            ? hex("#6fa9c6")
            : f > 6.8 && f < 7.8 + shade
              ? hex("#9cc7d0")
              : f > 10.5 && f < 11.3 + shade
                ? hex("#6fa9c6")
                : FOAM;
        relief = rim ? -1 : 0.5;
        ink = rim ? 1 : 0.25;
        break;
      }
      const d = at(body, k);
      if (d > 0) {
        paint = d / unit < 2.2 + noise(x * 30, y * 30, seed + 8) ? LINE : water(d, x, y, level);
        relief = paint === LINE ? -1 : 0.3;
        break;
      }
      if (level === 0) {
        paint = sky(x, y);
        ink = 0.8;
      }
    }
    // Ink on paper: patchy where the pad pressed less, bare on the high fibres, streaked by the plank.
    const fibre = 0.6 * noise(x * 330, y * 330, seed + 10) + 0.5 * noise(x * 150, y * 420, seed + 11);
    const press = fbm(x * 7, y * 11, seed + 12, 3) + 0.16 * grain(x, y);
    const toned = shift(paint, 0.075 * press + 0.03 * fibre, 1 + 0.2 * press, 0.15 * press);
    const bare = smooth(0.42, 0.8, fibre - 0.3 * press + 0.08 * hash(i, j, seed));
    const inked = mix(toned, PAPER, 0.6 * bare * ink);
    out[0] = inked[0];
    out[1] = inked[1];
    out[2] = inked[2];
    out[3] = unit * (0.9 * relief + 0.55 * fibre + 0.3 * grain(x, y));
  });
  canvas.light({ depth: 0.42, shine: 0.04 });
}
