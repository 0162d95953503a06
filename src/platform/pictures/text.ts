/**
 * Text metadata of picture files, keyword to text: as PNG's iTXt chunks, as the description in the XMP of a TIFF and in the
 * EXIF of JPEG and WebP. Unintelligible metadata is ignored without an error.
 */

import { tiffTags } from "./header.ts";

/** The largest text that is read, in bytes; ours are shorter. */
const longest = 1 << 20;

type Words = Readonly<Record<string, string>>;

/**
 * Adds an `sRGB` chunk and one `iTXt` chunk (UTF-8, uncompressed) per keyword before the pixels of `png`. Keywords are
 * 1 to 79 characters of printable Latin-1. PNG (third edition), 11.3.2.5 and 11.3.3.4.
 */
export function insertPngText(png: Uint8Array, words: Words): Uint8Array {
  const chunks = [pngChunk("sRGB", Uint8Array.of(0))];
  for (const [keyword, text] of Object.entries(words)) {
    if (!/^[\x21-\x7e\xa1-\xff](?:[\x20-\x7e\xa1-\xff]{0,77}[\x21-\x7e\xa1-\xff])?$/.test(keyword)) {
      throw new RangeError(`internal: insertPngText: ${JSON.stringify(keyword)} cannot be a keyword`);
    }
    const key = Uint8Array.from(keyword, (c) => c.charCodeAt(0));
    // Five zeros: end of keyword, uncompressed, method 0, no language, no translated keyword.
    chunks.push(pngChunk("iTXt", join([key, new Uint8Array(5), new TextEncoder().encode(text)])));
  }
  const afterHeader = 8 + 25;
  return join([png.subarray(0, afterHeader), ...chunks, png.subarray(afterHeader)]);
}

/** One line of ASCII that `readPictureText` can parse, for formats with a single description field. */
export function description(words: Words): string {
  return JSON.stringify(words).replace(/[\x7f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** An XMP packet with `ascii` as its description (`dc:description`). */
export function xmpDescription(ascii: string): string {
  const escaped = ascii.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">${escaped}</rdf:li></rdf:Alt></dc:description>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>`;
}

/**
 * The text in a picture file: a PNG's uncompressed `tEXt` and `iTXt`, or our description in a JPEG, WebP or TIFF. Empty
 * if there is none.
 */
export function readPictureText(bytes: Uint8Array): Record<string, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const start = view.getUint32(0);
    if (start === 0x89504e47) return Object.fromEntries(pngText(view));
    if (start === 0x49492a00 || start === 0x4d4d002a) return described(view, 0);
    const exif = start === 0x52494646 ? webpExif(view) : start >>> 16 === 0xffd8 ? jpegExif(view) : undefined;
    return exif === undefined ? {} : described(view, exif);
  } catch (error) {
    if (error instanceof RangeError) return {}; // The file is truncated.
    throw error;
  }
}

function* pngText(view: DataView): Generator<[string, string]> {
  for (let at = 8; at + 12 <= view.byteLength; ) {
    const length = view.getUint32(at);
    const type = latin1(view, at + 4, 4);
    if (type === "IEND" || at + 12 + length > view.byteLength) return;
    const words = (type === "tEXt" || type === "iTXt") && length <= longest;
    const body = latin1(view, at + 8, words ? length : 0);
    const end = body.indexOf("\0");
    if (type === "tEXt" && end > 0) yield [body.slice(0, end), body.slice(end + 1)];
    if (type === "iTXt" && end > 0 && body[end + 1] === "\0") {
      const text = body.indexOf("\0", body.indexOf("\0", end + 3) + 1) + 1;
      if (text > end + 3) yield [body.slice(0, end), utf8(view, at + 8 + text, length - text)];
    }
    at += 12 + length;
  }
}

/** The start of the TIFF structure in the `EXIF` chunk; some writers prepend "Exif\0\0". */
function webpExif(view: DataView): number | undefined {
  for (let at = 12; at + 8 <= view.byteLength; ) {
    const length = view.getUint32(at + 4, true);
    if (latin1(view, at, 4) === "EXIF") return latin1(view, at + 8, 4) === "Exif" ? at + 14 : at + 8;
    at += 8 + length + (length % 2);
  }
  return undefined;
}

/** The start of the TIFF structure in the first APP1 segment that has one. */
function jpegExif(view: DataView): number | undefined {
  for (let at = 2; view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xda || marker === 0xd9) return undefined;
    if (marker === 0xe1 && latin1(view, at + 4, 6) === "Exif\0\0") return at + 10;
  }
  return undefined;
}

/** The description in a TIFF structure: in the XMP of tag 700 (a TIFF file), or in tag 270 (EXIF). */
function described(view: DataView, base: number): Record<string, string> {
  const tags = tiffTags(view, base);
  const textOf = (number: number) => {
    const tag = tags.get(number);
    return tag && tag.length <= longest ? latin1(view, tag.offset, tag.length) : "";
  };
  return parsed(xmpText(textOf(700))) ?? parsed(textOf(270).replace(/\0.*$/s, "")) ?? {};
}

function parsed(text: string): Record<string, string> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    return Object.fromEntries(Object.entries(value).filter(([, words]) => typeof words === "string"));
  } catch {
    return undefined; // Not our description.
  }
}

/** The text that `xmpDescription` put into a packet. */
function xmpText(packet: string): string {
  const escaped = /<rdf:li xml:lang="x-default">([^<]*)<\/rdf:li>/.exec(packet)?.[1] ?? "";
  return escaped.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
}

/** A chunk: length, type, data, and the CRC-32 of type and data. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(12 + data.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) chunk[4 + i] = type.charCodeAt(i);
  chunk.set(data, 8);
  view.setUint32(8 + data.length, crc32(chunk.subarray(4, 8 + data.length)));
  return chunk;
}

/** The CRC-32 of PNG and zip, reflected polynomial EDB88320, bit by bit: the texts are short. */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

function latin1(view: DataView, at: number, length: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, length);
  let result = "";
  for (const byte of bytes) result += String.fromCharCode(byte);
  return result;
}

function utf8(view: DataView, at: number, length: number): string {
  return new TextDecoder("utf-8").decode(new Uint8Array(view.buffer, view.byteOffset + at, length));
}
