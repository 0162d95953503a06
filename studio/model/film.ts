/** Moments of the job that runs, kept small and evenly spread, to look back at. It knows no strip on a screen. */
import { signal } from "@preact/signals";
import { type Image, toImageData } from "pastiche/web";

export interface Frame {
  readonly step: number;
  /** An address of the picture as it was. */
  readonly url: string;
}

export const film = signal<readonly Frame[]>([]);
/** The frame that is looked at instead of the present. */
export const lookedAt = signal<Frame | undefined>(undefined);

/** More than this no strip shows. */
const MOST = 24;

let every = 1;
let next = 1;
let roll = 0;

export function clearFilm(): void {
  for (const { url } of film.value) URL.revokeObjectURL(url);
  [every, next] = [1, 1];
  roll += 1;
  film.value = [];
  lookedAt.value = undefined;
}

/** Whether a frame is due at `step`. */
export function isDue(step: number): boolean {
  return step >= next;
}

/** Keeps the picture as a frame. When the film is full, every other frame goes, and the next come half as often. */
export async function addFrame(step: number, image: Image): Promise<void> {
  next = step + every;
  const mine = roll;
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext("2d")!.putImageData(toImageData({ image }), 0, 0);
  const blob = await canvas.convertToBlob({ type: "image/webp", quality: 0.9 });
  if (mine !== roll) return;
  const frames = [...film.value, { step, url: URL.createObjectURL(blob) }].sort((a, b) => a.step - b.step);
  film.value = frames.length > MOST ? thinned(frames) : frames;
}

function thinned(frames: readonly Frame[]): Frame[] {
  every *= 2;
  const kept = frames.filter((frame, i) => i % 2 === 0 || i === frames.length - 1 || frame === lookedAt.value);
  for (const frame of frames) if (!kept.includes(frame)) URL.revokeObjectURL(frame.url);
  return kept;
}
