/** The contract of an output format: what a file of it can hold, and how pixels become its bytes. */
import { UserError } from "../../errors.ts";
import { description } from "../pictures/text.ts";

/** Bits per colour value. */
export type Depth = 8 | 16;

/** The part of sharp that formats use; its colours are sRGB. */
export interface Pipeline {
  withIccProfile(name: string): Pipeline;
  withXmp(xmp: string): Pipeline;
  withExif(exif: Record<string, Record<string, string>>): Pipeline;
  toFormat(name: string, options?: object): Pipeline;
  toBuffer(): Promise<Uint8Array>;
}

/** How a picture is encoded. */
export interface Encoding {
  /** 1 to 100, for lossy formats. */
  readonly quality: number;
  /** Text metadata by keyword. */
  readonly text: Readonly<Record<string, string>>;
}

export interface Format {
  /** File extensions in lower case; the first is the usual one. */
  readonly endings: readonly string[];
  readonly depths: readonly Depth[];
  /** Whether files have an alpha channel; otherwise pictures are composited over white. */
  readonly alpha: boolean;
  /** The largest side in pixels. */
  readonly side?: number;
  /** Whether canvases of browsers encode it. */
  readonly canvas: boolean;
  /** The bytes of a file, with `text` inside. */
  encode(pixels: Pipeline, encoding: Encoding): Promise<Uint8Array>;
}

/**
 * `pixels` with the sRGB profile and with `text` as a description in EXIF, which `readPictureText` reads back. Throws a
 * `usage` error if the text exceeds an APP1 segment of JPEG (64 KiB).
 */
export function withDescription(pixels: Pipeline, text: Encoding["text"]): Pipeline {
  const profiled = pixels.withIccProfile("srgb");
  if (Object.keys(text).length === 0) return profiled;
  const about = description(text);
  if (about.length > 60_000) {
    throw new UserError("usage", "The text is too long for this format (60,000 characters); write .png or .tif.");
  }
  return profiled.withExif({ IFD0: { ImageDescription: about } });
}
