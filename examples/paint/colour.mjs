// Colours: mixing, ramps, and small shifts of lightness, chroma and hue in Oklab, where equal steps look equal.

import { at, lerp } from "./random.mjs";

/** @typedef {readonly [number, number, number]} Colour sRGB, each 0 to 1 */

/**
 * @param {string} code like "#1f3aa6"
 * @returns {Colour}
 */
export function hex(code) {
  const n = Number.parseInt(code.slice(1), 16);
  return [(n >> 16) / 255, ((n >> 8) & 255) / 255, (n & 255) / 255];
}

/**
 * @param {Colour} a
 * @param {Colour} b
 * @param {number} t
 * @returns {Colour}
 */
export const mix = (a, b, t) => [lerp(a[0], b[0], t), lerp(a[1], b[1], t), lerp(a[2], b[2], t)];

/**
 * A function from 0..1 to the colours of a list, in equal steps.
 * @param {string[]} codes
 * @returns {(t: number) => Colour}
 */
export function ramp(codes) {
  const stops = new Float32Array(codes.flatMap((code) => [...hex(code)]));
  const last = codes.length - 1;
  return (t) => {
    const u = Math.min(1, Math.max(0, t)) * last;
    const i = Math.min(last - 1, Math.floor(u));
    const f = u - i;
    const k = i * 3;
    return [
      lerp(at(stops, k), at(stops, k + 3), f),
      lerp(at(stops, k + 1), at(stops, k + 4), f),
      lerp(at(stops, k + 2), at(stops, k + 5), f),
    ];
  };
}

/** @param {number} v */
const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);

/** @param {number} v */
const encoded = (v) => (v <= 0.0031308 ? 12.92 * Math.max(0, v) : 1.055 * Math.min(1, v) ** (1 / 2.4) - 0.055);

/**
 * The colour made lighter by dl (0..1), its chroma multiplied by dc, its hue turned by dh radians.
 * @param {Colour} colour
 * @param {number} dl
 * @param {number} dc
 * @param {number} dh
 * @returns {Colour}
 */
export function shift(colour, dl, dc, dh) {
  const r = linear(colour[0]);
  const g = linear(colour[1]);
  const b = linear(colour[2]);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const light = Math.min(1, Math.max(0, 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s + dl));
  const p = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const q = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  const u = dc * (p * Math.cos(dh) - q * Math.sin(dh));
  const v = dc * (p * Math.sin(dh) + q * Math.cos(dh));
  const l3 = (light + 0.3963377774 * u + 0.2158037573 * v) ** 3;
  const m3 = (light - 0.1055613458 * u - 0.0638541728 * v) ** 3;
  const s3 = (light - 0.0894841775 * u - 1.291485548 * v) ** 3;
  return [
    encoded(4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3),
    encoded(-1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3),
    encoded(-0.0041960863 * l3 - 0.7034186147 * m3 + 1.707614701 * s3),
  ];
}
