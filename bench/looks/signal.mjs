/** Signal statistics of an image in 1/255: roughness, colours, greyness. */

/** @typedef {import("../../dist/node.js").Image} Image */

/** @param {Image} image */
const planeOf = ({ width, height }) => width * height;

/** @param {Image} image */
function lumaOf(image) {
  const [plane, { data }] = [planeOf(image), image];
  return Float32Array.from(
    { length: plane },
    (_, i) => 255 * (0.299 * at(data, i) + 0.587 * at(data, i + plane) + 0.114 * at(data, i + 2 * plane)),
  );
}

/**
 * The standard deviation of the finest octave of the luma.
 *
 * @param {Image} image
 */
export function luma(image) {
  return Math.sqrt(variance(finest(lumaOf(image), image)));
}

/**
 * The standard deviation of the finest octave of the colours: root of the mean variance of red, green and blue, each
 * minus the luma.
 *
 * @param {Image} image
 */
export function chroma(image) {
  const grey = lumaOf(image);
  const plane = planeOf(image);
  const each = [0, 1, 2].map((channel) =>
    variance(
      finest(
        grey.map((x, i) => 255 * at(image.data, i + channel * plane) - x),
        image,
      ),
    ),
  );
  return Math.sqrt(each.reduce((all, x) => all + x) / 3);
}

/**
 * A plane minus its binomial blur [1, 4, 6, 4, 1] / 16 in both directions, mirrored at its edges.
 *
 * @param {Float32Array} plane
 * @param {{ width: number, height: number }} size
 */
function finest(plane, { width, height }) {
  const mirrored = (/** @type {number} */ x, /** @type {number} */ extent) => {
    const inside = Math.abs(x);
    return inside < extent ? inside : 2 * (extent - 1) - inside;
  };
  const kernel = [1, 4, 6, 4, 1].map((x) => x / 16);
  const down = new Float32Array(plane.length);
  const result = plane.slice();
  for (let y = 0; y < height; y++) {
    for (const [k, weight] of kernel.entries()) {
      const from = mirrored(y + k - 2, height) * width;
      for (let x = 0; x < width; x++) down[y * width + x] = at(down, y * width + x) + weight * at(plane, from + x);
    }
  }
  for (let x = 0; x < width; x++) {
    for (const [k, weight] of kernel.entries()) {
      const from = mirrored(x + k - 2, width);
      for (let y = 0; y < height; y++)
        result[y * width + x] = at(result, y * width + x) - weight * at(down, y * width + from);
    }
  }
  return result;
}

/** @param {Float32Array} values */
function variance(values) {
  let [sum, squares] = [0, 0];
  for (const x of values) {
    sum += x;
    squares += x * x;
  }
  return squares / values.length - (sum / values.length) ** 2;
}

/**
 * Share of pixels whose largest and smallest channel are less than 6/255 apart.
 *
 * @param {Image} image
 */
export function grey(image) {
  const [plane, { data }] = [planeOf(image), image];
  let count = 0;
  for (let i = 0; i < plane; i++) {
    const rgb = [at(data, i), at(data, i + plane), at(data, i + 2 * plane)];
    // Values are multiples of 1/255 in floats.
    if (Math.max(...rgb) - Math.min(...rgb) < 5.5 / 255) count++;
  }
  return count / plane;
}

const DIRECTIONS = 48;
const QUANTILES = 4096;

/**
 * Quantiles of an image's colours along directions spread evenly over a hemisphere (a golden-angle spiral);
 * deterministic, over all pixels.
 *
 * @param {Image} image
 * @returns {Float32Array[]}
 */
export function projections(image) {
  const [plane, { data }] = [planeOf(image), image];
  return Array.from({ length: DIRECTIONS }, (_, d) => {
    const z = (d + 0.5) / DIRECTIONS;
    const angle = d * Math.PI * (3 - Math.sqrt(5));
    const [x, y] = [Math.sqrt(1 - z * z) * Math.cos(angle), Math.sqrt(1 - z * z) * Math.sin(angle)];
    const along = new Float32Array(plane);
    for (let i = 0; i < plane; i++)
      along[i] = 255 * (x * at(data, i) + y * at(data, i + plane) + z * at(data, i + 2 * plane));
    along.sort();
    return Float32Array.from({ length: QUANTILES }, (_, q) => at(along, Math.floor(((q + 0.5) * plane) / QUANTILES)));
  });
}

/**
 * Sliced Wasserstein-1 distance between two images' colours.
 *
 * @param {readonly Float32Array[]} a
 * @param {readonly Float32Array[]} b
 */
export function distance(a, b) {
  let sum = 0;
  for (const [d, along] of a.entries())
    for (const [q, x] of along.entries()) sum += Math.abs(x - at(/** @type {Float32Array} */ (b[d]), q));
  return sum / (DIRECTIONS * QUANTILES);
}

/**
 * @param {Float32Array} values
 * @param {number} i
 */
function at(values, i) {
  return /** @type {number} */ (values[i]);
}
