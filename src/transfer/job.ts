/**
 * A job as callers give it, with pictures in many forms, and as it is run, with checked images. Reading and decoding files is
 * the platform's part.
 */
import { type Known, refuseUnknown, shown, UserError } from "../errors.ts";
import { flatten } from "../image/alpha.ts";
import type { Image } from "../image/image.ts";
import { fromRgba, isRgba, type RgbaPixels } from "../image/rgba.ts";
import { isRecord } from "../records.ts";
import { givenSettings } from "../settings/changes.ts";
import { checkPresent, type OwnLoss, type OwnOptimizer } from "../settings/parts.ts";
import { type PartSettings, parseSettings, type Settings, type SettingsInput } from "../settings/settings.ts";
import { carriedSettings } from "./checkpoint/carry.ts";
import { type Checkpoint, checkpointIn } from "./checkpoint/checkpoint.ts";
import type { OwnModel, WeightsReader } from "./network.ts";
import { checkParts, type OwnParts } from "./parts.ts";
import { type PictureNeeds, readPictures } from "./pictures/read.ts";
import type { GivenPictures } from "./pictures/texture.ts";

/** One job: its pictures (without a photo: a texture) and whatever settings differ from the defaults. */
export interface Job extends GivenPictures, OwnParts {
  readonly settings?: SettingsInput | undefined;
  /** Goes on from there instead of beginning; `settings`, where given, must be those of the checkpoint. */
  readonly resume?: Checkpoint | undefined;
  /**
   * Goes on from that state of another job, with other settings (`settings` are what changes), other paintings or a larger
   * size; without the picture that it started from. At its size the rest of its steps is taken, or those of the last level
   * once more if none is left, and the optimiser's state is carried where it fits. A larger size begins at the next larger
   * level, with the image alone.
   */
  readonly from?: Checkpoint | undefined;
}

/** The complete settings of a job as they are asked for; of one that goes on, with the checkpoint's. */
export function settingsOf({ settings, resume, from, losses, optimizer, model }: Asked): Settings {
  const parts = { losses, optimizer, model };
  if (from) {
    checkPresent({ ...from.settings, ...(settings?.optimizer && { optimizer: settings.optimizer }) }, parts);
    return carriedSettings(from, settings, String, parts);
  }
  if (resume) checkPresent(resume.settings, parts);
  return parseSettings(settings ?? (resume && givenSettings(resume.settings)), String, parts);
}

type Asked = OwnParts & Pick<Job, "settings" | "resume" | "from">;

/** A picture that was read: its transparency counts where it means something. */
export interface Pictured {
  readonly image: Image;
  readonly alpha?: Float32Array | undefined;
}

/**
 * A picture of a job: an image, the pixels of a canvas, what a platform's `readPicture` returns, or (`Source`) what that
 * function takes.
 */
export type Given<Source = never> = Image | RgbaPixels | Pictured | Source;

/** A job with pictures in any form. */
export interface GivenJob<Source = never>
  extends Omit<Job, "content" | "style" | "start" | "mask" | "styleMask" | "resume" | "from" | keyof OwnParts> {
  readonly content?: Given<Source> | undefined;
  readonly style: Given<Source> | readonly Given<Source>[];
  readonly start?: Given<Source> | undefined;
  readonly mask?: Given<Source> | undefined;
  readonly styleMask?: readonly Given<Source>[] | undefined;
  /** As of `Job`; or the bytes of a checkpoint, or their file. */
  readonly resume?: GivenCheckpoint<Source> | undefined;
  /** As of `Job`; or the bytes of a checkpoint, or their file. */
  readonly from?: GivenCheckpoint<Source> | undefined;
  /** A backbone of the caller's own, with its weights, instead of the setting `model`. */
  readonly model?: OwnModel<Source> | undefined;
}

/** A checkpoint, its bytes, or (`Source`) what a platform reads bytes from. */
export type GivenCheckpoint<Source = never> = Checkpoint | Uint8Array | ArrayBuffer | Source;

/** A job with losses or an optimiser of the caller's own, whose settings are among its settings. */
export type JobWithParts<Source = never> = Omit<GivenJob<Source>, "settings"> & {
  readonly settings?: (SettingsInput & PartSettings) | undefined;
} & (
    | { readonly losses: readonly OwnLoss[]; readonly optimizer?: OwnOptimizer | undefined }
    | { readonly losses?: readonly OwnLoss[] | undefined; readonly optimizer: OwnOptimizer }
  );

/** A job, with parts of the caller's own or without. */
export type AnyJob<Source = never> = GivenJob<Source> & Omit<OwnParts, "model">;

/** Such a job whose checkpoint is open. */
type OpenJob<Source> = Omit<AnyJob<Source>, "resume" | "from"> & Pick<Job, "resume" | "from">;

/** Pictures that may be exchanged while a job runs. */
export type AdjustablePictures<Source = unknown> = Partial<
  Pick<GivenJob<Source>, "style" | "styleAlpha" | "mask" | "styleMask">
>;

const adjustable: Known = { style: "", styleAlpha: "", mask: "", styleMask: "" };

/** `job` with other pictures, read and checked. */
export async function exchanged<Source>(
  job: Job,
  pictures: AdjustablePictures,
  reader: SourceReader<Source> | undefined,
): Promise<Job> {
  if (!isRecord(pictures)) throw expected("adjust: the pictures", "an object with style or masks", pictures);
  refuseUnknown("adjust: the pictures", pictures, adjustable);
  // The opacities are those of the paintings before.
  const { styleAlpha: _, ...others } = job;
  const given = { ...("style" in pictures ? others : job), ...pictures } as OpenJob<Source>;
  return checkedJob(reader ? await readJob(given, reader) : (given as OpenJob<never>));
}

const known: Known = {
  ...{ content: "the photo", style: "the painting, or several", styleAlpha: "their opacities", start: "", mask: "" },
  ...{ styleMask: "", settings: "", resume: "", from: "", losses: "", optimizer: "", model: "" },
};

/** The job with images for pictures; a `usage` error of one sentence for whatever is no job. */
function checkedJob(given: OpenJob<never>): Job {
  if (!isRecord(given)) throw expected("The job", "an object with content, style and settings", given);
  refuseUnknown("The job", given, known);
  checkParts(given);
  const { content, style, start, mask, styleMask, ...rest } = withImages(given);
  if ("content" in given && content === undefined)
    throw expected("content", "an image; a texture's job has no content at all", content);
  if (style === undefined) throw expected("style", "the painting's image, or a list of several", style);
  if (Array.isArray(style) && style.length === 0) throw expected("style", "at least one painting", "an empty list");
  const paintings = Array.isArray(style) ? style : [style];
  const name = (i: number) => (Array.isArray(style) ? `style[${i}]` : "style");
  const styles = paintings.map((one: Given, i) => imageOf(name(i), one));
  if (styleMask !== undefined && !Array.isArray(styleMask))
    throw expected("styleMask", "a list, one mask for each painting", styleMask);
  const alphas = paintings.map((one: Given) => (isPictured(one) ? one.alpha : undefined));
  const styleAlpha = given.styleAlpha ?? (alphas.some(Boolean) ? alphas : undefined);
  return {
    ...rest,
    ...(content !== undefined && { content: imageOf("content", content) }),
    style: Array.isArray(style) ? styles : styles[0]!,
    ...(styleAlpha && { styleAlpha }),
    ...(start !== undefined && { start: imageOf("start", start) }),
    ...(mask !== undefined && { mask: maskOf("mask", mask) }),
    ...(styleMask !== undefined && { styleMask: styleMask.map((one, i) => maskOf(`styleMask[${i}]`, one)) }),
  };
}

/** The job with images in place of pixels of canvases. */
function withImages(job: OpenJob<never>): OpenJob<never> {
  const one = <T>(name: string, given: T): T => (isRgba(given) ? (fromRgba(checkedPixels(name, given)) as T) : given);
  const { content, style, start, mask, styleMask } = job;
  const given = Object.entries({ content, style, start, mask, styleMask }).filter(([, value]) => value !== undefined);
  const pictures = given.map(([name, value]) => {
    return [name, Array.isArray(value) ? value.map((each, i) => one(`${name}[${i}]`, each)) : one(name, value)];
  });
  return { ...job, ...Object.fromEntries(pictures) };
}

function checkedPixels(name: string, pixels: RgbaPixels): RgbaPixels {
  const { width, height, data } = pixels;
  if (whole(width) && whole(height) && data.length === 4 * width * height) return pixels;
  throw expected(name, `4 bytes for each of ${width} x ${height} pixels`, `${data.length} bytes`);
}

/** How a platform reads pictures, checkpoints and weights, and what it takes for a file of one. */
export interface SourceReader<Source> extends WeightsReader<Source> {
  read(source: Source, options: PictureNeeds): Promise<Pictured>;
  checkpoint(source: Source): Promise<Checkpoint>;
}

/** A job as it was given, with everything read and checked. */
export async function openedJob<Source>(given: AnyJob<Source>, reader: SourceReader<Source> | undefined): Promise<Job> {
  if (!isRecord(given)) return checkedJob(given as never);
  const { resume, from, ...job } = given as AnyJob<Source>;
  const open: OpenJob<Source> = {
    ...job,
    ...(resume !== undefined && { resume: await opened("resume", resume, reader) }),
    ...(from !== undefined && { from: await opened("from", from, reader) }),
  };
  return checkedJob(reader ? await readJob(open, reader) : (open as OpenJob<never>));
}

async function opened<Source>(
  role: string,
  given: GivenCheckpoint<Source>,
  reader: SourceReader<Source> | undefined,
): Promise<Checkpoint> {
  // Decoding writes to the bytes for a moment, and another job may be given the same.
  if (given instanceof Uint8Array) return checkpointIn(given.slice());
  if (given instanceof ArrayBuffer) return checkpointIn(new Uint8Array(given.slice()));
  if (reader?.isSource(given)) return reader.checkpoint(given);
  if (isRecord(given) && "tensors" in given) return given as unknown as Checkpoint;
  throw expected(role, "a checkpoint, or the bytes of one", given);
}

/** The job with its sources read; everything else is left to `checkedJob`. */
async function readJob<Source>(
  job: OpenJob<Source>,
  { isSource, read }: SourceReader<Source>,
): Promise<OpenJob<never>> {
  if (!isRecord(job) || !pictures(job).some(isSource)) return job as OpenJob<never>;
  // Weights are read later, with the network.
  const { content, style, start, mask, styleMask, ...rest } = job as OpenJob<never>;
  checkParts(rest);
  const paintings = Array.isArray(style) ? style : [style];
  const { style: styles, ...others } = await readPictures<Given<Source>, Given>(
    { content, style: paintings, start, mask, styleMask },
    settingsOf(rest),
    async (given, options) => (isSource(given) ? read(given, options) : (given as Given)),
  );
  return { ...job, ...others, style: Array.isArray(style) ? styles : styles[0]! } as OpenJob<never>;
}

function pictures<Source>({ content, style, start, mask, styleMask }: GivenJob<Source>): unknown[] {
  return [content, style, start, mask, styleMask].flat();
}

function isPictured(value: unknown): value is Pictured {
  return isRecord(value) && "image" in value;
}

function maskOf(name: string, given: Given): Image {
  const image = imageOf(name, given);
  if (!isPictured(given)) return image;
  const { colors } = given as { colors?: unknown };
  return { ...(given.alpha ? flatten(image, given.alpha, [0, 0, 0]) : image), ...(colors ? { colors } : {}) };
}

const AN_IMAGE = "an image (width, height, and 3 * width * height floats from 0 to 1, all of red first)";

/** The image that is given, as it may be computed with. */
function imageOf(name: string, given: unknown): Image {
  const image = isPictured(given) ? given.image : given;
  if (!isRecord(image) || !("data" in image)) throw expected(name, `${AN_IMAGE}; readPicture makes one`, given);
  const { width, height, data } = image as unknown as Image;
  if (!whole(width) || !whole(height))
    throw expected(name, "a width and a height of at least 1", `${width} x ${height}`);
  const kind = Object.prototype.toString.call(data).slice(8, -1);
  if (kind !== "Float32Array") throw expected(name, `${AN_IMAGE}; readPicture makes one`, `a data of ${kind}`);
  if (data.length !== 3 * width * height) {
    const channels = data.length === 4 * width * height ? " (four channels: leave the opacity out)" : "";
    throw expected(name, `${3 * width * height} floats for ${width} x ${height}`, `${data.length}${channels}`);
  }
  const wrong = firstBeyond(data as Float32Array, -1, 2);
  if (wrong !== undefined) throw expected(name, "floats from 0 to 1 (bytes: divide by 255)", `${wrong}`);
  return image as unknown as Image;
}

/** The first value that is not from `low` to `high`. A loop, because `find` calls a function for every value. */
function firstBeyond(data: Float32Array, low: number, high: number): number | undefined {
  for (let i = 0; i < data.length; i++) if (!(data[i]! >= low && data[i]! <= high)) return data[i];
  return undefined;
}

function whole(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}

/** What was given, in words: what a thing is rather than what is in it. */
function expected(name: string, what: string, given: unknown): UserError {
  const bytes = ArrayBuffer.isView(given) || given instanceof ArrayBuffer;
  const kind = Object.prototype.toString.call(given).slice(8, -1);
  const text =
    typeof given === "string"
      ? given
      : bytes
        ? `bytes (${kind})`
        : kind === "Object"
          ? "an object"
          : isRecord(given)
            ? `an object (${kind})`
            : shown(given);
  return new UserError("usage", `${name}: expected ${what}, got ${text.slice(0, 80)}.`);
}
