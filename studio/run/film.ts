/** Moments of the job that runs, kept small and evenly spread, to look back at. */
import { signal } from "@preact/signals";
import { type Image, toImageData } from "pastiche/web";

export interface Frame {
  /** Of all steps that led to it. */
  readonly step: number;
  /** An address of the picture as it was. */
  readonly url: string;
  readonly file: Blob;
  readonly width: number;
  readonly height: number;
}

export const film = signal<readonly Frame[]>([]);
/** The frame that is looked at instead of the present. */
export const lookedAt = signal<Frame | undefined>(undefined);

/** More than this no strip shows. */
const MOST = 24;

let every = 1;
let next = 1;
let roll = 0;
/** Steps that were done before the job that runs. */
let before = 0;

export function clearFilm(): void {
  for (const { url } of film.value) URL.revokeObjectURL(url);
  [every, next, before] = [1, 1, 0];
  roll += 1;
  film.value = [];
  lookedAt.value = undefined;
}

/** Goes on after a frame, the last by default: what came after it is cut off. */
export function cutFilm(frame = film.value.at(-1)): void {
  if (!frame) {
    clearFilm();
    return;
  }
  const kept = film.value.filter(({ step }) => step <= frame.step);
  for (const { url } of film.value.slice(kept.length)) URL.revokeObjectURL(url);
  before = frame.step;
  next = 1;
  roll += 1;
  film.value = kept;
  lookedAt.value = undefined;
}

/** Whether a frame is due at `step` of the job that runs. */
export function isDue(step: number): boolean {
  return step >= next;
}

/** Keeps the picture as a frame. When the film is full, every other frame goes, and the next come half as often. */
export async function addFrame(step: number, image: Image): Promise<void> {
  next = step + every;
  const mine = roll;
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext("2d")!.putImageData(toImageData({ image }), 0, 0);
  const file = await canvas.convertToBlob({ type: "image/webp", quality: 0.95 });
  if (mine !== roll) return;
  const { width, height } = image;
  const frame = { step: before + step, url: URL.createObjectURL(file), file, width, height };
  const frames = [...film.value, frame].sort((a, b) => a.step - b.step);
  film.value = frames.length > MOST ? thinned(frames) : frames;
}

function thinned(frames: readonly Frame[]): Frame[] {
  every *= 2;
  const kept = frames.filter((frame, i) => i % 2 === 0 || i === frames.length - 1 || frame === lookedAt.value);
  for (const frame of frames) if (!kept.includes(frame)) URL.revokeObjectURL(frame.url);
  return kept;
}
