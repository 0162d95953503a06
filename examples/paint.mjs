// Paints the example paintings: node examples/paint.mjs [NAME...] [--seed N] [--size 1024] [--out examples]

import { mkdir } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { autumn } from "./paint/autumn.mjs";
import { Canvas } from "./paint/canvas.mjs";
import { dots } from "./paint/dots.mjs";
import { glass } from "./paint/glass.mjs";
import { marble } from "./paint/marble.mjs";
import { starry } from "./paint/starry.mjs";
import { waves } from "./paint/waves.mjs";

/** @typedef {(canvas: Canvas, seed: number) => void} Painter */

/** Every painting, its painter and the seed of the copy kept here. @type {Record<string, { painter: Painter, seed: number }>} */
export const paintings = {
  autumn: { painter: autumn, seed: 9 },
  dots: { painter: dots, seed: 2 },
  glass: { painter: glass, seed: 5 },
  marble: { painter: marble, seed: 3 },
  starry: { painter: starry, seed: 7 },
  waves: { painter: waves, seed: 11 },
};

/**
 * One painting as 8-bit RGB rows: `size` wide, three quarters of it high.
 * @param {string} name
 * @param {{ size?: number, seed?: number | undefined }} [options]
 */
export function render(name, { size = 1024, seed } = {}) {
  const painting = paintings[name];
  if (!painting) throw new Error(`no painting "${name}"; there are ${Object.keys(paintings).join(", ")}`);
  const canvas = new Canvas(size, Math.round(size * 0.75));
  painting.painter(canvas, seed ?? painting.seed);
  return canvas.bytes();
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: "string" },
      size: { type: "string", default: "1024" },
      out: { type: "string", default: path.dirname(fileURLToPath(import.meta.url)) },
    },
  });
  const size = Number(values.size);
  if (!Number.isInteger(size) || size < 16 || size > 8192) throw new Error("--size takes a whole number, 16 to 8192");
  const seed = values.seed === undefined ? undefined : Number(values.seed);
  if (seed !== undefined && !Number.isInteger(seed)) throw new Error("--seed takes a whole number");
  await mkdir(values.out, { recursive: true });
  for (const name of positionals.length > 0 ? positionals : Object.keys(paintings)) {
    const pixels = render(name, { size, seed });
    const file = path.join(values.out, `${name}.jpg`);
    await sharp(pixels, { raw: { width: size, height: Math.round(size * 0.75), channels: 3 } })
      .jpeg({ quality: 89, mozjpeg: true })
      .toFile(file);
    console.log(file);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
