// The canvas: colour and paint height as float planes at twice the final size, lit from one side and shrunk at the end.

import { at, noise } from "./random.mjs";

/** How many canvas pixels make one final pixel, along each axis. */
export const SUPERSAMPLE = 2;

export class Canvas {
  /**
   * @param {number} width of the final picture
   * @param {number} height of the final picture
   */
  constructor(width, height) {
    this.width = width * SUPERSAMPLE;
    this.height = height * SUPERSAMPLE;
    const area = this.width * this.height;
    this.r = new Float32Array(area);
    this.g = new Float32Array(area);
    this.b = new Float32Array(area);
    /** Paint height, in canvas pixels. */
    this.h = new Float32Array(area);
  }

  /** Canvas pixels in a final pixel of a picture 1024 wide: brush sizes are given in those. */
  get unit() {
    return this.width / 1024;
  }

  /**
   * Every pixel from a function that writes [r, g, b, height] into `out`; x and y run to 1 along the width.
   * @param {(x: number, y: number, out: Float32Array) => void} shade
   */
  fill(shade) {
    const out = new Float32Array(4);
    for (let j = 0, k = 0; j < this.height; j++) {
      for (let i = 0; i < this.width; i++, k++) {
        shade((i + 0.5) / this.width, (j + 0.5) / this.width, out);
        this.r[k] = at(out, 0);
        this.g[k] = at(out, 1);
        this.b[k] = at(out, 2);
        this.h[k] = at(out, 3);
      }
    }
  }

  /**
   * Woven linen under the paint.
   * @param {number} depth
   * @param {number} seed
   */
  weave(depth, seed) {
    const thread = 2.6 * this.unit;
    for (let j = 0, k = 0; j < this.height; j++) {
      for (let i = 0; i < this.width; i++, k++) {
        const wobble = noise(i / (9 * thread), j / (9 * thread), seed);
        const x = Math.sin((i * Math.PI) / thread + wobble);
        const y = Math.sin((j * Math.PI) / thread + wobble);
        this.h[k] = at(this.h, k) + depth * this.unit * x * y;
      }
    }
  }

  /**
   * Lights the paint's relief: slopes facing the light brighten, the others darken, steep wet ones shine.
   * @param {{ angle?: number, depth?: number, shine?: number }} [light]
   */
  light({ angle = -2.2, depth = 1, shine = 0.25 } = {}) {
    const { width, height, r, g, b, h } = this;
    const lx = Math.cos(angle);
    const ly = Math.sin(angle);
    const soft = soften(h, width, height);
    for (let j = 0, k = 0; j < height; j++) {
      const up = j > 0 ? -width : 0;
      const down = j < height - 1 ? width : 0;
      for (let i = 0; i < width; i++, k++) {
        const left = i > 0 ? -1 : 0;
        const right = i < width - 1 ? 1 : 0;
        const dx = (at(soft, k + right) - at(soft, k + left)) * 0.5 * depth;
        const dy = (at(soft, k + down) - at(soft, k + up)) * 0.5 * depth;
        const inverse = 1 / Math.sqrt(1 + dx * dx + dy * dy);
        const facing = (-dx * lx - dy * ly) * inverse;
        const diffuse = 0.78 * inverse + 0.62 * facing + 0.22;
        const glint = Math.max(0, 0.55 * inverse + 0.83 * facing - 0.62) / 0.38;
        const white = shine * glint * glint * glint;
        r[k] = at(r, k) * diffuse + white;
        g[k] = at(g, k) * diffuse + white;
        b[k] = at(b, k) * diffuse + white;
      }
    }
  }

  /** The final picture: 8-bit RGB, row by row. */
  bytes() {
    const w = this.width / SUPERSAMPLE;
    const h = this.height / SUPERSAMPLE;
    const out = new Uint8ClampedArray(w * h * 3);
    for (const [c, plane] of [this.r, this.g, this.b].entries()) {
      for (let j = 0; j < h; j++) {
        for (let i = 0; i < w; i++) {
          let sum = 0;
          for (let v = 0; v < SUPERSAMPLE; v++) {
            const row = (j * SUPERSAMPLE + v) * this.width + i * SUPERSAMPLE;
            for (let u = 0; u < SUPERSAMPLE; u++) sum += Math.min(1.1, at(plane, row + u));
          }
          out[(j * w + i) * 3 + c] = (255 * sum) / (SUPERSAMPLE * SUPERSAMPLE);
        }
      }
    }
    return out;
  }
}

/**
 * A plane blurred by [1 2 1] along both axes.
 * @param {Float32Array} plane
 * @param {number} width
 * @param {number} height
 */
export function soften(plane, width, height) {
  const rows = new Float32Array(plane.length);
  const out = new Float32Array(plane.length);
  for (let j = 0, k = 0; j < height; j++) {
    for (let i = 0; i < width; i++, k++) {
      const left = i > 0 ? k - 1 : k;
      const right = i < width - 1 ? k + 1 : k;
      rows[k] = (at(plane, left) + 2 * at(plane, k) + at(plane, right)) / 4;
    }
  }
  for (let j = 0, k = 0; j < height; j++) {
    for (let i = 0; i < width; i++, k++) {
      const up = j > 0 ? k - width : k;
      const down = j < height - 1 ? k + width : k;
      out[k] = (at(rows, up) + 2 * at(rows, k) + at(rows, down)) / 4;
    }
  }
  return out;
}
