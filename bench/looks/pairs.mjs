/**
 * Photos and paintings with published results. The nine published pairs are not in this repository:
 * https://github.com/jcjohnson/neural-style has them (MIT), as inputs/ and outputs/ of a folder that is given.
 */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { UserError } from "../../dist/node.js";

/** @typedef {{ name: string, content: string, style: string, published?: string | undefined }} Pair */

/** Content, style and published result of neural-style, by the files' names. Long side 512, 1000 steps of L-BFGS from noise. */
const PUBLISHED = [
  ["golden_gate", "escher_sphere", "golden_gate_escher"],
  ["golden_gate", "the_scream", "golden_gate_scream"],
  ["golden_gate", "seated-nude", "golden_gate_seated"],
  ["golden_gate", "starry_night", "golden_gate_starry"],
  ["tubingen", "the_scream", "tubingen_scream"],
  ["tubingen", "seated-nude", "tubingen_seated_nude"],
  ["tubingen", "shipwreck", "tubingen_shipwreck"],
  ["tubingen", "starry_night", "tubingen_starry"],
  ["brad_pitt", "picasso_selfport1907", "pitt_picasso_content_1_style_10"],
];

/**
 * The published pairs; their pictures are DIR/inputs/NAME.jpg and DIR/outputs/NAME.jpg.
 *
 * @param {string} folder
 * @returns {Pair[]}
 */
export function publishedPairs(folder) {
  return PUBLISHED.map(([content, style, published]) =>
    pair({
      content: join(folder, "inputs", `${content}.jpg`),
      style: join(folder, "inputs", `${style}.jpg`),
      published: join(folder, "outputs", `${published}.jpg`),
    }),
  );
}

/**
 * Pairs from a JSON file: a list of `{ "content": FILE, "style": FILE, "published": FILE (optional) }`, with paths
 * relative to that file.
 *
 * @param {string} file
 * @returns {Pair[]}
 */
export function listedPairs(file) {
  /** @type {unknown} */
  const list = JSON.parse(readFileSync(file, "utf8"));
  if (!Array.isArray(list)) throw new UserError("usage", `${file}: expected a JSON list of pairs.`);
  const at = (/** @type {unknown} */ name) => {
    if (typeof name !== "string")
      throw new UserError("usage", `${file}: every pair needs "content" and "style", names of files.`);
    return resolve(dirname(file), name);
  };
  return list.map(({ content, style, published }) =>
    pair({ content: at(content), style: at(style), published: published && at(published) }),
  );
}

/**
 * A pair with its name, CONTENT_STYLE.
 *
 * @param {Omit<Pair, "name">} files
 * @returns {Pair}
 */
export function pair({ content, style, published }) {
  for (const file of [content, style, published]) {
    if (file && !existsSync(file)) throw new UserError("picture", `${file} is not there.`);
  }
  return { name: `${stem(content)}_${stem(style)}`, content, style, published };
}

/**
 * The picture of a pair in a folder of results: CONTENT_STYLE.png, .jpg or .webp; undefined where there is none.
 *
 * @param {string} folder
 * @param {Pair} pair
 */
export function resultIn(folder, { name }) {
  return [".png", ".jpg", ".jpeg", ".webp"]
    .map((ending) => join(folder, name + ending))
    .find((file) => existsSync(file));
}

/** @param {string} file */
function stem(file) {
  return basename(file, extname(file));
}
