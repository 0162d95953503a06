/**
 * Paints the small pictures beside the studio's sliders, what each does at its two ends, into one file: a tile for the left end
 * and one for the right, knob after knob. Usage: npm run build && node scripts/knob-pictures.mjs
 */
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { createStylizer, encodePicture } from "../dist/node.js";

/** The settings at the ends of every slider, in the order of `pictured` in `studio/project/knobs.ts`. */
const ENDS = [
  [{ alpha: 0 }, { alpha: 19.2 }],
  [{ beta: 0 }, { beta: 32 }],
  [{ tv: 0 }, { tv: 32 }],
  [{ roughness: 0 }, { roughness: 3.2 }],
  [{ laplacian: 0 }, { laplacian: 8 }],
  [{ styleScale: [0.25] }, { styleScale: [4] }],
];
const TILE = { width: 90, height: 60 };
/** What changes texture alone is shown on a part of the picture. */
const DETAIL = { left: 50, top: 24, width: 54, height: 36 };
const TEXTURE = ["tv", "roughness", "laplacian"];

const here = (/** @type {string} */ path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const stylizer = await createStylizer();
const tiles = [];
for (const settings of ENDS.flat()) {
  const { image } = await stylizer.stylize({
    content: here("examples/cat.jpg"),
    style: here("examples/waves.jpg"),
    settings: { model: "slim", size: 192, precision: "fp32", ...settings },
  });
  const painted = sharp(await encodePicture("png", { image }));
  const part = TEXTURE.some((name) => name in settings) ? painted.extract(DETAIL) : painted;
  const tile = await part.resize(TILE).toBuffer();
  tiles.push({ input: tile, left: tiles.length * TILE.width, top: 0 });
}
await stylizer.dispose();
const sheet = {
  width: tiles.length * TILE.width,
  height: TILE.height,
  channels: /** @type {const} */ (3),
  background: "#000",
};
await sharp({ create: sheet })
  .composite(tiles)
  .webp({ quality: 80, effort: 6 })
  .toFile(here("studio/styles/knobs.webp"));
