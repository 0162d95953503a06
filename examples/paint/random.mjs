// Seeded randomness: a small generator for choices and lattice noise for textures. Nothing here reads a clock.

/** @typedef {() => number} Random a number in [0, 1) at each call */

const GRADIENTS = 64;
const gx = new Float32Array(GRADIENTS);
const gy = new Float32Array(GRADIENTS);
for (let i = 0; i < GRADIENTS; i++) {
  gx[i] = 1.5 * Math.cos((i * 2 * Math.PI) / GRADIENTS);
  gy[i] = 1.5 * Math.sin((i * 2 * Math.PI) / GRADIENTS);
}

/**
 * One element of a buffer that is known to be there.
 * @param {Float32Array} a
 * @param {number} i
 */
export const at = (a, i) => /** @type {number} */ (a[i]);

/**
 * A stream of numbers that depends on the seed alone (32-bit state, multiply and xor-shift output).
 * @param {number} seed
 * @returns {Random}
 */
export function random(seed) {
  let state = (seed ^ 0x9e3779b9) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    return mix(state) / 4294967296;
  };
}

/** @param {number} n */
function mix(n) {
  let k = n;
  k = Math.imul(k ^ (k >>> 16), 0x7feb352d);
  k = Math.imul(k ^ (k >>> 15), 0x846ca68b);
  return (k ^ (k >>> 16)) >>> 0;
}

/**
 * A number in [0, 1) for a lattice point.
 * @param {number} i
 * @param {number} j
 * @param {number} seed
 */
export function hash(i, j, seed) {
  return mix(Math.imul(i, 0x1f1f1f1f) ^ Math.imul(j, 0x27d4eb2f) ^ Math.imul(seed, 0x165667b1)) / 4294967296;
}

/**
 * @param {number} i
 * @param {number} j
 * @param {number} seed
 * @param {number} x
 * @param {number} y
 */
function corner(i, j, seed, x, y) {
  const k = mix(Math.imul(i, 0x1f1f1f1f) ^ Math.imul(j, 0x27d4eb2f) ^ Math.imul(seed, 0x165667b1)) & (GRADIENTS - 1);
  return at(gx, k) * x + at(gy, k) * y;
}

/**
 * Smooth gradient noise, about -1 to 1, with features one unit wide.
 * @param {number} x
 * @param {number} y
 * @param {number} seed
 */
export function noise(x, y, seed) {
  const i = Math.floor(x);
  const j = Math.floor(y);
  const u = x - i;
  const v = y - j;
  const su = u * u * u * (u * (u * 6 - 15) + 10);
  const sv = v * v * v * (v * (v * 6 - 15) + 10);
  const a = corner(i, j, seed, u, v);
  const b = corner(i + 1, j, seed, u - 1, v);
  const c = corner(i, j + 1, seed, u, v - 1);
  const d = corner(i + 1, j + 1, seed, u - 1, v - 1);
  const top = a + (b - a) * su;
  return top + (c + (d - c) * su - top) * sv;
}

/**
 * Noise of several octaves, each half as wide and half as strong.
 * @param {number} x
 * @param {number} y
 * @param {number} seed
 * @param {number} octaves
 */
export function fbm(x, y, seed, octaves) {
  let sum = 0;
  let weight = 0.5;
  let scale = 1;
  for (let o = 0; o < octaves; o++) {
    sum += weight * noise(x * scale, y * scale, seed + o);
    weight /= 2;
    scale *= 2.03;
  }
  return sum;
}

/**
 * 0 below a, 1 above b, smooth between.
 * @param {number} a
 * @param {number} b
 * @param {number} x
 */
export function smooth(a, b, x) {
  const t = Math.min(1, Math.max(0, (x - a) / (b - a)));
  return t * t * (3 - 2 * t);
}

/**
 * @param {number} a
 * @param {number} b
 * @param {number} t
 */
export const lerp = (a, b, t) => a + (b - a) * t;
