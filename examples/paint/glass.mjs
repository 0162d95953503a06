// glass: a leaded window. A drawing (sun, rays, hills, river, flowers, border) says which pane a place belongs to; the
// leads run where panes meet; every pane has its own pull, streaks, seeds of air and a hammered face.

import { mix, ramp, shift } from "./colour.mjs";
import { at, fbm, hash, lerp, noise, smooth } from "./random.mjs";
import { Mask } from "./shapes.mjs";

/** @typedef {import("./canvas.mjs").Canvas} Canvas */
/** @typedef {import("./colour.mjs").Colour} Colour */

const SUN = ramp(["#fff6b8", "#ffdc4e", "#ffb01f"]);
const RAYS = ramp(["#ffc233", "#ff8a1c", "#f2481b", "#d4213f", "#a01a6a", "#6a2296"]);
const SKY = ramp(["#5a2aa8", "#2f35c0", "#1458d0", "#1a8cdc", "#2fbcd8", "#1f45b8"]);
const HILLS = ramp(["#0c5440", "#149248", "#58b83a", "#c2d42c", "#0f786e", "#1d8f3a"]);
const RIVER = ramp(["#0a3390", "#0f6acc", "#14a8d0", "#8fe6dc", "#1d3fb8"]);
const PETALS = ramp(["#c3123a", "#f0452a", "#ff9a2a", "#d6246e"]);
const BORDER = ramp(["#b3122e", "#143ca8", "#e8a31f", "#0f7a52"]);
const LEAD = ramp(["#08090d", "#1d2027", "#454a54"]);

const SUN_X = 0.6;
const SUN_Y = 0.275;

/** Round panes in the sky: x, y, radius. @type {Array<readonly [number, number, number]>} */
const ROUNDELS = [
  [0.13, 0.13, 0.052],
  [0.29, 0.09, 0.034],
  [0.16, 0.33, 0.04],
  [0.9, 0.125, 0.044],
  [0.87, 0.35, 0.032],
  [0.32, 0.27, 0.029],
];
/** Flowers in the foreground: x, y, radius. @type {Array<readonly [number, number, number]>} */
const FLOWERS = [
  [0.15, 0.6, 0.072],
  [0.31, 0.66, 0.05],
  [0.86, 0.6, 0.078],
  [0.71, 0.665, 0.048],
  [0.06, 0.49, 0.036],
];

/** A place in the drawing: the figure (leads between figures are wide), the pane, its colour and the way it was pulled. */
/** @typedef {{ figure: number, pane: number, colour: Colour, pull: number }} Place */

/** @param {number} x @param {number} k */
const ridge = (x, k) =>
  0.44 + 0.085 * k + (0.035 - 0.006 * k) * Math.sin(x * (5.5 + k) + 0.6 + 2.1 * k) + 0.012 * Math.sin(x * 15 + k);
/** @param {number} y the river's middle, which winds towards us */
const stream = (y) => 0.52 + 0.1 * Math.sin((y - 0.45) * 15) * (0.35 + 2.5 * (y - 0.45));
/** @param {number} y */
const girth = (y) => 0.01 + 0.3 * Math.max(0, y - 0.45);

/**
 * @param {number} seed
 * @returns {(x: number, y: number) => Place} for y up to 0.75
 */
function drawing(seed) {
  /** @param {number} figure @param {number} pane @param {Colour} colour @param {number} pull @returns {Place} */
  const place = (figure, pane, colour, pull) => {
    const id = figure * 4099 + pane;
    const tone = shift(
      colour,
      0.13 * (hash(id, 1, seed) - 0.5),
      0.98 + 0.2 * hash(id, 2, seed),
      0.3 * (hash(id, 3, seed) - 0.5),
    );
    return { figure, pane, colour: tone, pull };
  };
  /** @param {number} id @param {number} salt */
  const luck = (id, salt) => hash(id, salt, seed + 77);

  /**
   * A disc with petals round it. @param {number} dx @param {number} dy @param {number} r @param {number} figure @param
   * {number} petals
   */
  const flower = (dx, dy, r, figure, petals) => {
    const d = Math.hypot(dx, dy) / r;
    const angle = Math.atan2(dy, dx) / (2 * Math.PI) + 0.5 + 0.05 * figure;
    const turn = angle * petals;
    const k = Math.floor(turn) % petals;
    const lobe = 0.82 + 0.18 * Math.sqrt(Math.sin(Math.PI * (turn - Math.floor(turn))));
    if (d > lobe) return null;
    if (d < 0.27) return place(figure, 90, SUN(luck(figure, 4)), 0);
    const inner = d < 0.58;
    const tint = inner
      ? PETALS(0.75 + 0.25 * luck(k, figure))
      : PETALS(luck(figure, 5) * 0.7 + 0.3 * luck(k, figure + 1));
    return place(figure, k + (inner ? 40 : 0), tint, angle * 2 * Math.PI);
  };

  /** @param {number} x @param {number} y @returns {Place} */
  const sky = (x, y) => {
    const dx = x - SUN_X;
    const dy = y - SUN_Y;
    const r = Math.hypot(dx, dy);
    const angle = Math.atan2(dy, dx) / (2 * Math.PI) + 0.5;
    if (r < 0.042) return place(1, 0, SUN(0), 0);
    if (r < 0.088)
      return place(1, 1 + Math.floor(angle * 14), SUN(0.35 + 0.65 * luck(Math.floor(angle * 14), 6)), angle * 6.28);
    for (const [n, [cx, cy, radius]] of ROUNDELS.entries()) {
      const d = Math.hypot(x - cx, y - cy) / radius;
      if (d > 1) continue;
      const part = d < 0.45 ? 0 : 1 + Math.floor((Math.atan2(y - cy, x - cx) / (2 * Math.PI) + 0.5) * 8);
      return place(20 + n, part, part === 0 ? SUN(0.1) : part % 2 ? RAYS(0.1 + 0.35 * luck(n, 1)) : SKY(0.8), d * 3);
    }
    // Curved rays, twice as many further out, cut across at uneven lengths.
    const curl = angle + 0.16 * r + 0.012 * Math.sin(r * 22);
    const rays = r < 0.3 ? 26 : 52;
    const ray = Math.floor((((curl % 1) + 1) % 1) * rays);
    const broad = Math.floor((ray * 26) / rays);
    const jag = 0.022 * (luck(ray, 8) - 0.5) + 0.05 * (broad % 2);
    const ring = Math.floor(9.5 * Math.sqrt(Math.max(0, r - 0.088 + jag)));
    const heat = ((ring + 0.6) / 9.5) ** 2 / (broad % 2 ? 0.42 : 0.27) + 0.18 * (luck(ray * 31 + ring, 9) - 0.5);
    const cool = SKY(0.05 + 0.95 * luck(ray * 17 + ring, 10) * 0.75 + 0.02 * ring);
    return place(2, ring * 64 + ray, heat < 1 ? RAYS(heat) : cool, (curl + 0.1) * 2 * Math.PI);
  };

  return (x, y) => {
    const inset = Math.min(x, 1 - x, y, 0.75 - y);
    if (inset < 0.021) {
      const level = x < 0.021 || x > 0.979;
      const u = level ? y / 0.0469 : x / 0.05;
      const k = Math.floor(u + 0.5) + (level ? 40 : 0) + (x > 0.5 ? 100 : 0) + (y > 0.4 ? 200 : 0);
      return place(60, k, BORDER((k % 4) / 3), level ? 1.57 : 0);
    }
    for (const [n, [cx, cy, radius]] of FLOWERS.entries()) {
      const found = flower(x - cx, y - cy, radius, 30 + n, 7 + (n % 3));
      if (found) return found;
    }
    if (y < ridge(x, 0)) return sky(x, y);
    const across = (x - stream(y)) / girth(y);
    if (Math.abs(across) < 1) {
      const lane = Math.floor((across + 1) * 2);
      const depth = Math.log(0.02 + y - 0.42) * 5.2 + 0.37 * lane + 0.12 * Math.sin(across * 4);
      const cut = Math.floor(depth + 100);
      return place(50, cut * 8 + lane, RIVER(luck(cut * 5 + lane, 12)), Math.PI / 2 + 0.4 * across);
    }
    let hill = 0;
    while (hill < 2 && y > ridge(x, hill + 1)) hill++;
    const drop = y - ridge(x, hill);
    const strip = Math.floor(drop / (0.03 + 0.004 * hill));
    const cut = Math.floor(x * (19 - 3 * hill) + 0.9 * luck(strip, hill) + drop * 7 + 0.25 * Math.sin(drop * 40));
    const id = strip * 128 + cut;
    const crop = luck(id, 14) + (hill === 1 ? 0.25 : 0);
    const colour = crop > 0.93 ? RAYS(0.05 + 0.5 * luck(id, 15)) : HILLS(luck(id, 16));
    return place(40 + hill, id + 5, colour, 0.3 * Math.cos(x * 6));
  };
}

/**
 * How far each pixel is from the nearest change in a plane of numbers, in canvas pixels.
 * @param {Canvas} canvas
 * @param {Float32Array} plane
 */
function seams(canvas, plane) {
  const { width, height } = canvas;
  const mask = new Mask(width, height);
  for (let j = 0, k = 0; j < height; j++) {
    for (let i = 0; i < width; i++, k++) {
      const right = i + 1 < width ? k + 1 : k;
      const down = j + 1 < height ? k + width : k;
      mask.on[k] = at(plane, k) === at(plane, right) && at(plane, k) === at(plane, down) ? 1 : 0;
    }
  }
  return mask.depth();
}

/**
 * @param {Canvas} canvas
 * @param {number} seed
 */
export function glass(canvas, seed) {
  const { unit, width, height } = canvas;
  const locate = drawing(seed);
  const tall = (0.75 * width) / height;
  const figures = new Float32Array(width * height);
  const panes = new Float32Array(width * height);
  // The hand that cut the panes was not quite steady.
  /** @param {number} x @param {number} y */
  const find = (x, y) =>
    locate(
      x + 0.0035 * noise(x * 11, y * 11, seed + 1) + 0.0008 * noise(x * 50, y * 50, seed + 2),
      tall * (y + 0.0035 * noise(x * 11, y * 11, seed + 3) + 0.0008 * noise(x * 50, y * 50, seed + 4)),
    );
  for (let j = 0, k = 0; j < height; j++) {
    for (let i = 0; i < width; i++, k++) {
      const { figure, pane } = find((i + 0.5) / width, (j + 0.5) / width);
      figures[k] = figure;
      panes[k] = figure * 65536 + pane;
    }
  }
  const outer = seams(canvas, figures);
  const inner = seams(canvas, panes);

  canvas.fill((x, y, out) => {
    const k = Math.floor(y * width) * width + Math.floor(x * width);
    const e = at(inner, k) / unit;
    const wobble = noise(x * 16, y * 16, seed + 5);
    const wide = 4.6 + 0.9 * wobble - at(outer, k) / unit;
    const slim = 2.1 + 0.7 * wobble - e;
    if (wide > 0 || slim > 0) {
      const half = wide > slim ? 4.6 : 2.1;
      const bead = Math.sqrt(Math.min(1, Math.max(wide, slim) / half));
      const worn = fbm(x * 70, y * 70, seed + 6, 3);
      const lead = LEAD(0.22 + 0.4 * bead + 0.7 * worn);
      out.set(lead);
      out[3] = unit * (half * bead + 0.7 * worn + 1.5);
      return;
    }
    const { colour, pull } = find(x, y);
    const id = at(panes, k) % 9973;
    const turn = pull + hash(id, 5, seed);
    const c = Math.cos(turn);
    const s = Math.sin(turn);
    const along = x * c + y * s;
    const across = y * c - x * s + 0.004 * noise(x * 30 + id, y * 30, seed + 15);
    const streak = noise(along * 12 + id, across * 95, seed + 7) + 0.9 * noise(along * 40, across * 270 + id, seed + 8);
    const cloud = fbm(x * 26 + id, y * 26, seed + 9, 3);
    const hammer = noise(x * 115, y * 115, seed + 10) + 0.6 * noise(x * 230, y * 230, seed + 11);
    const rim = smooth(1.5, 11, Math.min(e, at(outer, k) / unit - 2));
    const inward = smooth(4, 26, e);
    const light = 0.11 * streak + 0.17 * cloud + 0.035 * hammer - 0.16 * (1 - rim) + 0.1 * inward - 0.02;
    let paint = shift(colour, light, 1.12 - 0.4 * Math.max(0, light), 0.6 * cloud + 0.3 * streak);
    // Seeds: drawn-out bubbles of air, dark below and bright above.
    const bx = Math.floor(along * 75);
    const by = Math.floor(across * 200);
    if (hash(bx, by, seed + id) < 0.07) {
      const v = across * 200 - by - 0.5;
      const bubble = smooth(0.45, 0.25, Math.hypot((along * 75 - bx - 0.5) * 1.1, v));
      paint = shift(paint, bubble * (v < 0 ? 0.17 : -0.1), 1, 0);
    }
    const sparkle = smooth(0.75, 1.0, 0.75 * hammer + 0.55 * streak);
    paint = mix(paint, [1, 0.99, 0.92], 0.5 * sparkle * rim);
    const shade = lerp(0.66, 1, rim);
    out[0] = paint[0] * shade;
    out[1] = paint[1] * shade;
    out[2] = paint[2] * shade;
    out[3] = unit * (0.85 * hammer + 0.7 * streak);
  });
  canvas.light({ depth: 0.5, shine: 0.3 });
}
