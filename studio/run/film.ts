/** Moments of the job that runs, kept small and evenly spread, to look back at. */
import { signal } from "@preact/signals";
import { type Image, toImageData } from "pastiche/web";
import type { StateAfter } from "./state.ts";

export interface Frame {
  /** Of its file, where that is kept. */
  readonly id: string;
  /** The number of steps that led to it, those of earlier jobs included. */
  readonly step: number;
  /** An address of the picture as it was. */
  readonly url: string;
  readonly file: Blob;
  readonly width: number;
  readonly height: number;
  /** The optimiser's state for it. */
  readonly after: StateAfter;
}

/** A film with its place for the next frame. */
export interface Film {
  readonly frames: readonly Frame[];
  readonly every: number;
  readonly before: number;
}

export const film = signal<readonly Frame[]>([]);
/** The frame that is looked at instead of the present. */
export const lookedAt = signal<Frame | undefined>(undefined);

/** The largest number of frames. */
const MOST = 24;

let every = 1;
let next = 1;
/** Identifies the current job, because frames are encoded asynchronously. */
let roll = 0;
/** Steps that were done before the job that runs. */
let before = 0;

export function clearFilm(): void {
  begin([], 0, 1);
}

/** Continues the film after a frame (default: the last); later frames are removed. */
export function cutFilm(frame = film.value.at(-1)): void {
  if (frame)
    begin(
      film.value.filter(({ step }) => step <= frame.step),
      frame.step,
      every,
    );
  else clearFilm();
}

export function filmNow(): Film {
  return { frames: film.peek(), every, before };
}

/** The film of a job that ended, or goes on. */
export function showFilm({ frames, every, before }: Film): void {
  begin(frames, before, every, (frames.at(-1)?.step ?? 0) - before + every);
}

function begin(frames: readonly Frame[], done: number, distance: number, due = 1): void {
  [every, next, before] = [distance, due, done];
  roll += 1;
  film.value = frames;
  lookedAt.value = undefined;
}

/** Whether a frame is due after so many steps of the job that runs. */
export function isDue(step: number): boolean {
  return step >= next;
}

/** Adds the picture as a frame. When the film is full, every other frame is removed, and the interval is doubled. */
export async function addFrame(step: number, image: Image, after: StateAfter): Promise<void> {
  next = step + every;
  const mine = roll;
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext("2d")!.putImageData(toImageData({ image }), 0, 0);
  const file = await canvas.convertToBlob({ type: "image/webp", quality: 0.95 });
  if (mine !== roll) return;
  const { width, height } = image;
  const frame = frameOf({ id: crypto.randomUUID(), step: before + step, file, width, height, after });
  const frames = [...film.value.filter(({ step }) => step !== frame.step), frame].sort((a, b) => a.step - b.step);
  film.value = frames.length > MOST ? thinned(frames) : frames;
}

function thinned(frames: readonly Frame[]): Frame[] {
  every *= 2;
  return frames.filter((frame, i) => i % 2 === 0 || i === frames.length - 1 || frame === lookedAt.value);
}

/** A frame with an address of its picture. */
export function frameOf(frame: Omit<Frame, "url">): Frame {
  return { ...frame, url: addressOf(frame.file) };
}

/** An object URL, revoked when its frame is garbage: the films of several branches share frames. */
function addressOf(file: Blob): string {
  const url = URL.createObjectURL(file);
  addresses.register(file, url);
  return url;
}

const addresses = new FinalizationRegistry<string>((url) => URL.revokeObjectURL(url));
