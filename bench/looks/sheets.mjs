/** Contact sheets of results: one labelled, one blind. */
import { withLongSide } from "../../dist/image/image.js";
import { sheet } from "../../dist/image/sheet.js";
import { scaled } from "./judge.mjs";

/** @typedef {import("../../dist/node.js").Image} Image */
/** @typedef {{ name: string, photo: Image, painting: Image, results: Record<string, Image> }} Shown */

/**
 * A row for every pair: photo, painting, and each result under its name.
 *
 * @param {readonly Shown[]} pairs
 * @param {number} long long side of each picture on the sheet
 */
export function labelledSheet(pairs, long) {
  const names = [...new Set(pairs.flatMap(({ results }) => Object.keys(results)))];
  return sheet({
    columns: ["photo", "painting", ...names],
    rows: pairs.map(({ name, photo, painting, results }) => ({
      cells: [
        { image: placed(photo, long), label: name },
        { image: placed(painting, long) },
        ...names.map((result) => (results[result] ? { image: placed(results[result], long, photo) } : {})),
      ],
    })),
  });
}

/**
 * The same without names: in each row the results have letters, in random order. `key` has the letters of every pair.
 *
 * @param {readonly Shown[]} pairs
 * @param {number} long
 */
export function blindSheet(pairs, long) {
  /** @type {Record<string, Record<string, string>>} */
  const key = {};
  const rows = pairs.map(({ name, photo, painting, results }) => {
    const drawn = shuffled(Object.keys(results));
    key[name] = Object.fromEntries(drawn.map((result, i) => [letter(i), result]));
    const cells = drawn.map((result, i) => ({
      image: placed(/** @type {Image} */ (results[result]), long, photo),
      label: letter(i),
    }));
    return {
      cells: [{ image: placed(photo, long / 2), label: name }, { image: placed(painting, long / 2) }, ...cells],
    };
  });
  return { image: sheet({ rows }), key };
}

/**
 * Scaled to a long side with the proportions of `like`: published pictures differ from ours by a row of pixels, which
 * would give them away.
 *
 * @param {Image} image
 * @param {number} long
 * @param {Image} like
 */
function placed(image, long, like = image) {
  return scaled(image, withLongSide(like, Math.round(long)));
}

/** @param {number} i */
function letter(i) {
  return String.fromCharCode(65 + i);
}

/** @param {string[]} names */
function shuffled(names) {
  for (let i = names.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [names[i], names[j]] = [/** @type {string} */ (names[j]), /** @type {string} */ (names[i])];
  }
  return names;
}
