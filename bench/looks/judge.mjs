/**
 * Measures a result with VGG19 on the CPU: its distance from photo and painting in feature space, and its signal
 * statistics.
 *
 * Every picture is measured at one size (long side LONG), with 8 bits per value, as in a file. Columns:
 *
 * - `content`: sum (F - P)^2 / sum P^2 at conv4_2, against the photo
 * - `1_1` ... `5_1`: sum (G - A)^2 / sum A^2 of each layer's Gram matrix, averaged over positions, against the painting
 * - `sum`: these six added up
 * - `luma`, `chroma`: standard deviation of the finest octave (the picture minus its 5x5 binomial blur) relative to the
 *   painting's: 1 is as rough as the painting, 2 is noisy
 * - `palette`: sliced Wasserstein-1 distance of the colours to the painting's, in 1/255
 * - `grey`: share of pixels whose largest and smallest channel are less than 6/255 apart, over the painting's share
 */
import { clampImage, withLongSide } from "../../dist/image/image.js";
import { resize } from "../../dist/image/resize.js";
import * as losses from "../../dist/losses/index.js";
import { encode, features, graph, loadNetwork, readPicture } from "../../dist/node.js";
import { cpu } from "../../dist/runtimes/node-cpu.js";
import { imageValue } from "../../dist/transfer/step/program.js";
import { IMAGE } from "../../dist/transfer/step/step.js";
import { chroma, distance, grey, luma, projections } from "./signal.mjs";

/** @typedef {import("../../dist/node.js").Image} Image */
/** @typedef {Record<string, number>} Row */
/** @typedef {Readonly<Record<string, Float32Array>>} Seen */

export const CONTENT = "conv4_2";
export const STYLE = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"];
/** All columns of a row, in order. */
export const COLUMNS = ["content", ...STYLE.map(short), "sum", "luma", "chroma", "palette", "grey"];

/** @param {string} layer */
function short(layer) {
  return layer.slice(4);
}

/**
 * Opens the judge, with the VGG19 in the user's cache. Throws a `UserError` `model` if there is none. Call `dispose`
 * afterwards.
 *
 * @param {{ threads?: number }} [options]
 */
export async function openJudge(options = {}) {
  const { backbone, weights } = await loadNetwork("vgg19");
  const runtime = await cpu.open(options);
  const gram = losses.gram.make("paper");
  const found = features(backbone, weights, graph.input("image", IMAGE), [...STYLE, CONTENT], "max");
  const grams = STYLE.map((layer) => [layer, /** @type {graph.Tensor} */ (gram.describe(of(found, layer))[0])]);
  const program = await runtime.load(encode({ ...Object.fromEntries(grams), [CONTENT]: of(found, CONTENT) }));

  /**
   * @param {Image} image
   * @returns {Promise<Seen>}
   */
  async function see(image) {
    const value = imageValue(runtime, image);
    const outputs = await program.run({ image: value });
    /** @type {Record<string, Float32Array>} */
    const seen = {};
    for (const [name, output] of Object.entries(outputs)) {
      seen[name] = (await output.read()).slice();
      output.dispose();
    }
    value.dispose();
    return seen;
  }

  return {
    /**
     * A pair to measure results against.
     *
     * @param {string} content the photo's file
     * @param {string} style the painting's file
     * @param {number} long the long side at which everything is measured
     */
    async pair(content, style, long) {
      const photo = await atLongSide(content, long);
      const painting = await atLongSide(style, long);
      const features = of(await see(photo), CONTENT);
      const grams = await see(painting);
      const usual = {
        luma: Math.max(luma(painting), 1),
        chroma: Math.max(chroma(painting), 1),
        grey: Math.max(grey(painting), 0.005),
        palette: projections(painting),
      };
      return {
        photo,
        painting,
        /**
         * @param {Image} picture of any size
         * @returns {Promise<Row>}
         */
        async row(picture) {
          const image = inBytes(scaled(picture, photo));
          const seen = await see(image);
          const errors = [
            relative(of(seen, CONTENT), features),
            ...STYLE.map((layer) => relative(of(seen, layer), of(grams, layer))),
          ];
          const values = [
            ...errors,
            errors.reduce((all, x) => all + x),
            luma(image) / usual.luma,
            chroma(image) / usual.chroma,
            distance(projections(image), usual.palette),
            grey(image) / usual.grey,
          ];
          return Object.fromEntries(COLUMNS.map((name, i) => [name, /** @type {number} */ (values[i])]));
        },
      };
    },
    dispose: () => program.dispose(),
  };
}

/**
 * A picture file at a long side, quantised to 1/255.
 *
 * @param {string} file
 * @param {number} long
 */
export async function atLongSide(file, long) {
  const { image } = await readPicture(file);
  return inBytes(scaled(image, withLongSide(image, long)));
}

/**
 * @param {Image} image
 * @param {{ width: number, height: number }} size
 */
export function scaled(image, size) {
  return clampImage(resize(image, size, { kernel: "lanczos3" }));
}

/**
 * @param {Image} image
 * @returns {Image}
 */
function inBytes(image) {
  return { ...image, data: image.data.map((x) => Math.round(x * 255) / 255) };
}

/**
 * @param {Float32Array} values
 * @param {Float32Array} target
 */
function relative(values, target) {
  let [difference, square] = [0, 0];
  for (let i = 0; i < target.length; i++) {
    const [x, wanted] = [/** @type {number} */ (values[i]), /** @type {number} */ (target[i])];
    difference += (x - wanted) ** 2;
    square += wanted ** 2;
  }
  return difference / square;
}

/**
 * @template T
 * @param {Readonly<Record<string, T>>} record
 * @param {string} name
 */
function of(record, name) {
  return /** @type {T} */ (record[name]);
}
