/** The film of a run as a video file, by what browsers record canvases with. It takes as long as it is. */
import type { Frame } from "./film.ts";

/** Milliseconds of every frame, and of the last. */
const EACH = 160;
const LAST = 1500;

const TYPES = ["video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/mp4"];

export function canRecord(): boolean {
  return recordedAs() !== undefined && "captureStream" in HTMLCanvasElement.prototype;
}

/** A video of the frames, as large as the last of them. */
export async function recordFilm(frames: readonly Frame[]): Promise<Blob> {
  const pictures = await Promise.all(frames.map(({ url }) => pictureAt(url)));
  const { naturalWidth: width, naturalHeight: height } = pictures.at(-1)!;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d")!;
  const recorder = new MediaRecorder(canvas.captureStream(), {
    mimeType: recordedAs()!,
    videoBitsPerSecond: 8 * width * height * 2,
  });
  const parts: Blob[] = [];
  recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
  const ended = new Promise((resolve) => recorder.addEventListener("stop", resolve));
  recorder.start();
  for (const picture of pictures) {
    context.drawImage(picture, 0, 0, width, height);
    await new Promise((resolve) => setTimeout(resolve, picture === pictures.at(-1) ? LAST : EACH));
  }
  recorder.stop();
  await ended;
  return new Blob(parts, { type: recorder.mimeType });
}

function recordedAs(): string | undefined {
  return TYPES.find((type) => globalThis.MediaRecorder?.isTypeSupported(type));
}

async function pictureAt(url: string): Promise<HTMLImageElement> {
  const picture = new Image();
  picture.src = url;
  await picture.decode();
  return picture;
}
