// Shapes cut from the canvas: smooth closed curves and discs filled into a mask, and how deep each pixel lies inside.

import { at } from "./random.mjs";

/** @typedef {readonly [number, number]} Point */

/**
 * Points of a smooth curve through the given ones, `per` for each of its pieces.
 * @param {readonly Point[]} through
 * @param {number} per
 * @returns {Point[]}
 */
export function curve(through, per) {
  /** @param {number} k @returns {Point} */
  const point = (k) => /** @type {Point} */ (through[Math.min(through.length - 1, Math.max(0, k))]);
  /** @type {Point[]} */
  const out = [];
  for (let k = 0; k + 1 < through.length; k++) {
    const [a, b, c, d] = [point(k - 1), point(k), point(k + 1), point(k + 2)];
    for (let n = 0; n < per; n++) {
      const t = n / per;
      /** @param {0 | 1} i */
      const axis = (i) =>
        b[i] +
        0.5 * t * (c[i] - a[i] + t * (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i] + t * (3 * (b[i] - c[i]) + d[i] - a[i])));
      out.push([axis(0), axis(1)]);
    }
  }
  out.push(point(through.length - 1));
  return out;
}

/** A stencil over the whole canvas, in canvas pixels: 1 inside, 0 outside. */
export class Mask {
  /**
   * @param {number} width
   * @param {number} height
   */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.on = new Float32Array(width * height);
  }

  /**
   * The inside of a closed polygon; coordinates run to 1 along the width.
   * @param {readonly Point[]} corners
   */
  polygon(corners) {
    const w = this.width;
    for (let j = 0; j < this.height; j++) {
      const y = (j + 0.5) / w;
      /** @type {number[]} */
      const cuts = [];
      for (let k = 0; k < corners.length; k++) {
        const [ax, ay] = /** @type {Point} */ (corners[k]);
        const [bx, by] = /** @type {Point} */ (corners[(k + 1) % corners.length]);
        if (ay <= y !== by <= y) cuts.push(ax + ((y - ay) / (by - ay)) * (bx - ax));
      }
      cuts.sort((p, q) => p - q);
      for (let k = 0; k + 1 < cuts.length; k += 2) {
        const from = Math.max(0, Math.ceil((cuts[k] ?? 0) * w - 0.5));
        const to = Math.min(w - 1, Math.floor((cuts[k + 1] ?? 0) * w - 0.5));
        if (to >= from) this.on.fill(1, j * w + from, j * w + to + 1);
      }
    }
    return this;
  }

  /**
   * A disc; the same coordinates.
   * @param {number} x
   * @param {number} y
   * @param {number} radius
   */
  disc(x, y, radius) {
    const w = this.width;
    const r = radius * w;
    for (let j = Math.max(0, Math.ceil(y * w - r)); j <= Math.min(this.height - 1, y * w + r); j++) {
      const half = Math.sqrt(Math.max(0, r * r - (j - y * w) ** 2));
      const from = Math.max(0, Math.ceil(x * w - half));
      const to = Math.min(w - 1, Math.floor(x * w + half));
      if (to >= from) this.on.fill(1, j * w + from, j * w + to + 1);
    }
    return this;
  }

  /** How far each pixel is from the outside, in canvas pixels; 0 outside. The canvas's border is no edge. */
  depth() {
    const { width, height, on } = this;
    const out = new Float32Array(on.length);
    const far = width * width * 4;
    for (let k = 0; k < on.length; k++) out[k] = at(on, k) > 0 ? far : 0;
    const line = new Float32Array(Math.max(width, height));
    for (let i = 0; i < width; i++) parabolas(out, i, width, height, line);
    for (let j = 0; j < height; j++) parabolas(out, j * width, 1, width, line);
    for (let k = 0; k < out.length; k++) out[k] = Math.sqrt(at(out, k));
    return out;
  }
}

let roots = new Float32Array(0);
let bounds = new Float32Array(0);

/**
 * One line of the exact squared distance transform: the lower envelope of the parabolas that stand on the line.
 * @param {Float32Array} plane
 * @param {number} start
 * @param {number} stride
 * @param {number} count
 * @param {Float32Array} line
 */
function parabolas(plane, start, stride, count, line) {
  if (roots.length < count) {
    roots = new Float32Array(count);
    bounds = new Float32Array(count + 1);
  }
  for (let i = 0; i < count; i++) line[i] = at(plane, start + i * stride);
  let top = 0;
  roots[0] = 0;
  bounds[0] = -Infinity;
  bounds[1] = Infinity;
  for (let i = 1; i < count; i++) {
    let cut = 0;
    for (;;) {
      const p = at(roots, top);
      cut = (at(line, i) + i * i - at(line, p) - p * p) / (2 * (i - p));
      if (cut > at(bounds, top) || top === 0) break;
      top--;
    }
    if (cut <= at(bounds, top)) top = -1;
    top++;
    roots[top] = i;
    bounds[top] = cut;
    bounds[top + 1] = Infinity;
  }
  for (let i = 0, k = 0; i < count; i++) {
    while (at(bounds, k + 1) < i) k++;
    const p = at(roots, k);
    plane[start + i * stride] = (i - p) * (i - p) + at(line, p);
  }
}
