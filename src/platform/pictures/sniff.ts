/**
 * Detects a file's format from its first bytes, never from its name, before any decoder reads it. Unsupported formats
 * are named with advice what to do.
 */

import { UserError } from "../../errors.ts";
import type { InputFormat } from "../formats/input.ts";

/** The format of `bytes`, or a `picture` error that names the actual format; `name` is used in the message. */
export function sniff(name: string, bytes: Uint8Array): InputFormat {
  if (bytes.length === 0) throw new UserError("picture", `${name} is an empty file.`);
  const head = latin1(bytes.subarray(0, 1024));
  const format = known.find(({ signs }) => fits(head, signs))?.format ?? isoFormat(head);
  if (format) return format;
  const { what, advice } = foreign.find(({ signs }) => fits(head, signs)) ?? guess(head);
  throw new UserError("picture", `${name} is ${what}, not a picture that can be read here: ${advice}.`);
}

/** The first characters of a file, one per byte; "…" matches any four bytes. A RegExp matches text. */
type Signs = readonly (string | RegExp)[];

const known: readonly { signs: Signs; format: InputFormat }[] = [
  { signs: ["\xff\xd8\xff"], format: "jpeg" },
  { signs: ["\x89PNG\r\n\x1a\n"], format: "png" },
  { signs: ["RIFF…WEBP"], format: "webp" },
  { signs: ["GIF87a", "GIF89a"], format: "gif" },
];

/** TIFF, except camera raw files with the same header; AVIF: an ISO media file with an AVIF brand. */
function isoFormat(head: string): InputFormat | undefined {
  if (fits(head, ["II*\0", "MM\0*", "II+\0", "MM\0+"])) return fits(head, ["II*\0…CR"]) ? undefined : "tiff";
  if (!fits(head, ["…ftyp"])) return undefined;
  const brand = head.slice(8, 12);
  if (brand === "avif" || brand === "avis") return "avif";
  const length = ((head.charCodeAt(2) << 8) | head.charCodeAt(3)) & 0xff_fc;
  const others = head.slice(16, Math.max(16, length)).match(/.{4}/gs) ?? [];
  return /^(?:mif1|msf1|miaf)$/.test(brand) && others.some((b) => b === "avif" || b === "avis") ? "avif" : undefined;
}

const readable = "use a JPEG, PNG, WebP, AVIF, TIFF or GIF";
const convert = "convert it to PNG or JPEG first";
const flat = "export it as PNG or TIFF first";
const develop = "develop it to TIFF or JPEG first";
const frame = "take one frame out of it first, for example with ffmpeg -i VIDEO -frames:v 1 frame.png";

/** Unsupported formats: signature, name, advice. The first match counts. */
const foreign: readonly { signs: Signs; what: string; advice: string }[] = [
  {
    signs: [/^\W*<svg[\s>/]/i, /^\W*<\?xml.*<svg[\s>/]/is, /^\W*<!(--|DOCTYPE svg).*<svg[\s>/]/is],
    what: "an SVG drawing",
    advice: "export it as PNG first",
  },
  {
    signs: [/^\W*<(!doctype html|html|head|body)/i, /^\W*<!--.*<html/is],
    what: "a web page",
    advice: "the download probably failed; fetch the picture itself",
  },
  { signs: [/^\W*<\?xml/], what: "an XML document", advice: readable },
  { signs: ["%PDF-"], what: "a PDF document", advice: "export the page as PNG first, for example with pdftoppm -png" },
  { signs: ["%!PS", "\xc5\xd0\xd3\xc6"], what: "a PostScript document", advice: convert },
  {
    signs: ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"].map((brand) => `…ftyp${brand}`),
    what: "a HEIC picture",
    advice: "export it as JPEG first (phones can be set to take JPEG)",
  },
  { signs: ["…ftypcrx ", "II*\0…CR", "IIU\0", "IIRO", "FUJIFILM"], what: "a camera raw file", advice: develop },
  {
    signs: ["…ftyp", "…moov", "…mdat", "\x1aE\xdf\xa3", "RIFF…AVI ", "\0\0\x01\xb3", "\0\0\x01\xba", "FLV\x01"],
    what: "a video",
    advice: frame,
  },
  { signs: ["ID3", "OggS", "fLaC", "RIFF…WAVE"], what: "a sound file", advice: readable },
  { signs: ["8BPS"], what: "a Photoshop document", advice: flat },
  { signs: ["gimp xcf"], what: "a GIMP document", advice: flat },
  { signs: ["\0\0\x01\0", "\0\0\x02\0"], what: "an icon file", advice: convert },
  { signs: ["BM…\0\0\0\0"], what: "a BMP picture", advice: convert },
  { signs: ["\xff\n", "\0\0\0\x0cJXL "], what: "a JPEG XL picture", advice: convert },
  { signs: ["\0\0\0\x0cjP  ", "\xff\x4f\xff\x51"], what: "a JPEG 2000 picture", advice: convert },
  {
    signs: ["v/1\x01", "#?RADIANCE", "#?RGBE"],
    what: "a high dynamic range picture",
    advice: "map it to PNG, TIFF or JPEG first",
  },
  { signs: [/^P[1-7fF]\s/], what: "a PNM picture", advice: convert },
  {
    signs: ["DDS ", "qoif", "FLIF", "\xabKTX", "SIMPLE  ="],
    what: "a picture of a kind that is not supported",
    advice: convert,
  },
  {
    signs: ["PK\x03\x04", "PK\x05\x06", "\x1f\x8b", "7z\xbc\xaf", "Rar!", "BZh", "\xfd7zXZ", "(\xb5/\xfd"],
    what: "an archive or a compressed file",
    advice: "unpack the picture first",
  },
  { signs: ["version https://git-lfs"], what: "a Git LFS pointer", advice: "fetch the real file with git lfs pull" },
  { signs: ["\x7fELF", "MZ", "#!", "\xca\xfe\xba\xbe", "\xcf\xfa\xed\xfe"], what: "a program", advice: readable },
  { signs: ["\x89HDF"], what: "an HDF5 file", advice: "network weights go to pastiche models import" },
  { signs: ["\xff\xd8"], what: "only the first two bytes of a JPEG", advice: "use another copy" },
  { signs: ["\x89PNG"], what: "a PNG that a transfer damaged at its first bytes", advice: "use another copy" },
];

function fits(head: string, signs: Signs): boolean {
  return signs.some((sign) => (typeof sign === "string" ? begins(head, sign) : sign.test(head)));
}

function begins(head: string, sign: string): boolean {
  let at = 0;
  for (const character of sign) {
    if (character === "…") at += 4;
    else if (head[at++] !== character) return false;
  }
  return at <= head.length;
}

/** Text has no control characters other than white space. */
function guess(head: string): { what: string; advice: string } {
  const control = (c: string) => c < " " && !/\s/.test(c);
  return { what: [...head].some(control) ? "of no known format" : "text", advice: readable };
}

/** One character for each byte. */
function latin1(bytes: Uint8Array): string {
  let result = "";
  for (const byte of bytes) result += String.fromCharCode(byte);
  return result;
}
