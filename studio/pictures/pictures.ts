/** Pictures as the studio holds them: the file's own bytes, what is needed to show it, and the examples. */
import { inspectPicture, UserError } from "pastiche/web";
import autumn from "../../examples/autumn.jpg?example";
import cat from "../../examples/cat.jpg?example";
import coffee from "../../examples/coffee.jpg?example";
import dots from "../../examples/dots.jpg?example";
import glass from "../../examples/glass.jpg?example";
import marble from "../../examples/marble.jpg?example";
import rocket from "../../examples/rocket.jpg?example";
import starry from "../../examples/starry.jpg?example";
import waves from "../../examples/waves.jpg?example";
import { keepPicture, keptPicture } from "./store.ts";

/** A picture that can be painted, or painted with. */
export interface PictureFile {
  readonly name: string;
  /** What the engine reads. */
  readonly file: Blob;
  /** An address of the same for `<img>`. */
  readonly url: string;
  /** Upright. */
  readonly width: number;
  readonly height: number;
  /** SHA-256 of the file. */
  readonly digest: string;
}

export interface Example {
  readonly name: string;
  readonly url: string;
  readonly alt: string;
}

export const photos: readonly Example[] = [
  { name: "cat.webp", url: cat, alt: "a cat's face" },
  { name: "coffee.webp", url: coffee, alt: "a cup of coffee" },
  { name: "rocket.webp", url: rocket, alt: "a rocket at its tower" },
];

export const paintings: readonly Example[] = [
  { name: "starry.webp", url: starry, alt: "a starry night in thick strokes" },
  { name: "waves.webp", url: waves, alt: "a woodcut of waves" },
  { name: "autumn.webp", url: autumn, alt: "an avenue in slabs of a palette knife" },
  { name: "glass.webp", url: glass, alt: "a stained glass window" },
  { name: "dots.webp", url: dots, alt: "an evening in points of colour" },
  { name: "marble.webp", url: marble, alt: "marbled paper" },
];

/** Whether a picture is one of the examples. */
export function isExample({ name }: PictureFile): boolean {
  return [...photos, ...paintings].some((example) => example.name === name);
}

/** Formats that phones write and browsers mostly do not read, by the brand in their first bytes. */
const HEIF = /^ftyp(?:hei[cfxms]|hev[cxms]|mif1|msf1)/;

/**
 * A picture from a file that was chosen, dropped or pasted. Errors are `UserError`s of one sentence. Decoding it
 * once costs a moment, and refuses here what would otherwise fail in the middle of a job.
 */
export async function openPicture(file: Blob, name = nameOf(file)): Promise<PictureFile> {
  const start = new TextDecoder("latin1").decode(await file.slice(4, 12).arrayBuffer());
  if (HEIF.test(start)) {
    throw new UserError(
      "picture",
      `${name} is a HEIC photo, which browsers do not read; export it as JPEG (on an iPhone: share it, or set the camera to "Most Compatible").`,
    );
  }
  const { size, digest } = await inspectPicture(file, { name });
  const picture = { name, file, url: URL.createObjectURL(file), ...size, digest };
  void keepPicture({ digest, name, file });
  return picture;
}

const opened = new Map<string, Promise<PictureFile>>();

/** One of the examples, read once. */
export function openExample({ name, url }: Example): Promise<PictureFile> {
  const found = opened.get(name);
  if (found) return found;
  const reading = fetch(url)
    .then((answer) => answer.blob())
    .then((file) => openPicture(file, name));
  opened.set(name, reading);
  reading.catch(() => opened.delete(name));
  return reading;
}

const found = new Map<string, PictureFile>();

/** A picture of earlier, or an example, by its digest; undefined where this browser has none. */
export async function findPicture(digest: string): Promise<PictureFile | undefined> {
  const known = found.get(digest) ?? (await lookFor(digest));
  if (known) found.set(digest, known);
  return known;
}

async function lookFor(digest: string): Promise<PictureFile | undefined> {
  const kept = await keptPicture(digest);
  if (kept) return openPicture(kept.file, kept.name).catch(() => undefined);
  const examples = await Promise.all([...photos, ...paintings].map(openExample)).catch(() => []);
  return examples.find((example) => example.digest === digest);
}

function nameOf(file: Blob): string {
  return file instanceof File && file.name ? file.name : "The picture";
}
