// marble: paint dropped on water and combed. Every tool moves the whole surface by a formula that can be undone, so
// each pixel asks, last tool first, where it came from and which drop it belongs to.

import { hex, mix, shift } from "./colour.mjs";
import { at, fbm, hash, noise, random, smooth } from "./random.mjs";

/** @typedef {import("./canvas.mjs").Canvas} Canvas */
/** @typedef {import("./random.mjs").Random} Random */

const INKS = [
  "#0d2a4f",
  "#c8102e",
  "#f4e9cf",
  "#0f7c86",
  "#f2a71b",
  "#16325c",
  "#e8562a",
  "#f7f0dc",
  "#5b1a4a",
  "#2aa198",
];

/**
 * A tool: a drop (a disc that pushes everything outwards), a tine (a line drawn through the bath) or a swirl.
 * @typedef {{ kind: "drop" | "tine" | "swirl", x: number, y: number, a: number, b: number, reach: number, ink: number }} Tool
 */

/** @param {Random} rand @param {number} bottom @returns {Tool[]} */
function bath(rand, bottom) {
  /** @type {Tool[]} */
  const tools = [];
  /** @param {number} x @param {number} y @param {number} r @param {number} ink */
  const drop = (x, y, r, ink) => tools.push({ kind: "drop", x, y, a: r, b: 0, reach: 0, ink });
  /** @param {number} x @param {number} y @param {number} angle @param {number} pull @param {number} reach */
  const tine = (x, y, angle, pull, reach) =>
    tools.push({ kind: "tine", x, y, a: Math.cos(angle) * pull, b: Math.sin(angle) * pull, reach, ink: 0 });
  /** @param {number} x @param {number} y @param {number} turn @param {number} reach */
  const swirl = (x, y, turn, reach) => tools.push({ kind: "swirl", x, y, a: turn, b: 0, reach, ink: 0 });

  // Big drops in drops, so that every stone has rings; then a rain of small ones.
  for (let k = 0; k < 46; k++) {
    const x = rand() * 1.1 - 0.05;
    const y = rand() * (bottom + 0.1) - 0.05;
    const rings = 4 + Math.floor(rand() * 5);
    for (let ring = 0; ring < rings; ring++) drop(x, y, 0.026 + 0.034 * rand(), Math.floor(rand() * INKS.length));
  }
  for (let k = 0; k < 90; k++) {
    drop(rand() * 1.1 - 0.05, rand() * (bottom + 0.1) - 0.05, 0.012 + 0.022 * rand(), Math.floor(rand() * INKS.length));
  }
  // A rake to and fro, then a fine comb across, then a few free swirls.
  for (let k = 0; k < 9; k++) tine((k + 0.5) / 9, 0, Math.PI / 2 + (k % 2) * Math.PI, 0.15, 0.035);
  for (let k = 0; k < 7; k++) tine(0, ((k + 0.5) / 7) * bottom, (k % 2) * Math.PI, 0.12, 0.03);
  for (let k = 0; k < 26; k++) tine((k + 0.5) / 26, 0, Math.PI / 2, 0.075, 0.0075);
  for (let k = 0; k < 26; k++) {
    drop(rand(), rand() * bottom, 0.004 + 0.009 * rand(), [2, 7, 4, 1][k % 4] ?? 2);
  }
  for (const [x, y, turn] of /** @type {Array<[number, number, number]>} */ ([
    [0.22, 0.24, 2.6],
    [0.7, 0.2, -2.4],
    [0.46, 0.53, -2.8],
    [0.87, 0.55, 2.3],
    [0.08, 0.62, -1.9],
  ])) {
    swirl(x + 0.03 * (rand() - 0.5), y * (bottom / 0.75), turn, 0.1 + 0.04 * rand());
  }
  return tools;
}

/**
 * @param {Canvas} canvas
 * @param {number} seed
 */
export function marble(canvas, seed) {
  const rand = random(seed);
  const tools = bath(rand, canvas.height / canvas.width).reverse();
  const inks = INKS.map(hex);
  const ground = hex("#f1e3c2");
  /** @param {number} x0 @param {number} y0 @param {Float32Array} out */
  const shade = (x0, y0, out) => {
    let x = x0 + 0.006 * noise(x0 * 6, y0 * 6, seed) + 0.0015 * noise(x0 * 40, y0 * 40, seed + 1);
    let y = y0 + 0.006 * noise(x0 * 6, y0 * 6, seed + 2) + 0.0015 * noise(x0 * 40, y0 * 40, seed + 3);
    let ink = -1;
    let inside = 1;
    let which = 0;
    for (const tool of tools) {
      which++;
      const dx = x - tool.x;
      const dy = y - tool.y;
      if (tool.kind === "drop") {
        const d2 = dx * dx + dy * dy;
        const r2 = tool.a * tool.a;
        if (d2 < r2) {
          ink = tool.ink;
          inside = d2 / r2;
          break;
        }
        const pull = Math.sqrt(1 - r2 / d2);
        x = tool.x + dx * pull;
        y = tool.y + dy * pull;
      } else if (tool.kind === "tine") {
        const pull = Math.hypot(tool.a, tool.b);
        const off = Math.abs(dx * tool.b - dy * tool.a) / pull;
        const drag = tool.reach / (tool.reach + off);
        x -= tool.a * drag;
        y -= tool.b * drag;
      } else {
        const turn = -tool.a * Math.exp(-(dx * dx + dy * dy) / (2 * tool.reach * tool.reach));
        x = tool.x + dx * Math.cos(turn) - dy * Math.sin(turn);
        y = tool.y + dx * Math.sin(turn) + dy * Math.cos(turn);
      }
    }
    if (ink < 0) {
      // The first coat, under all drops: ribbons of every ink.
      const band = y * 26 + 2.4 * fbm(x * 4, y * 4, seed + 5, 3);
      which = Math.floor(band);
      ink = Math.floor(hash(which, 1, seed) * inks.length);
      inside = Math.abs(2 * (band - which) - 1) ** 2;
    }
    const base = inks[ink] ?? ground;
    // Pigment thins towards a drop's middle, gathers at its rim, and breaks into grains.
    const flow = fbm(x * 18, y * 18, seed + 9, 3);
    const rim = smooth(0.82, 1, inside);
    const tint = shift(base, 0.1 * flow - 0.07 * rim + 0.05 * (hash(which, 3, seed) - 0.5), 1.08, 0.5 * flow);
    const grain = noise(x0 * 420, y0 * 420, seed + 12) * 0.5 + noise(x0 * 170, y0 * 170, seed + 13) * 0.5;
    const bare = smooth(0.34, 0.75, grain + 0.3 * flow);
    const paint = mix(tint, ground, 0.4 * bare);
    out[0] = paint[0];
    out[1] = paint[1];
    out[2] = paint[2];
    out[3] = 2.2 * rim + 1.2 * grain + 1.5 * noise(x0 * 90, y0 * 260, seed + 14) + 2 * flow;
    for (let c = 0; c < 4; c++) out[c] = c < 3 ? at(out, c) : at(out, c) * canvas.unit * 0.5;
  };
  // The combs draw bands finer than a pixel, so every pixel looks twice.
  const first = new Float32Array(4);
  const shy = 0.25 / canvas.width;
  canvas.fill((x, y, out) => {
    shade(x - shy, y + shy, first);
    shade(x + shy, y - shy, out);
    for (let c = 0; c < 4; c++) out[c] = (at(first, c) + at(out, c)) / 2;
  });
  canvas.light({ depth: 0.5, shine: 0.12 });
}
