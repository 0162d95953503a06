/** The results of this browser, newest first: each with what made it, so that it can be gone on from. */
import { computed, effect, signal } from "@preact/signals";
import { chosenSettings, encodePicture, type Image, readPicture, readPictureText } from "pastiche/web";
import { contrast, type MadeWith } from "../project/contrast.ts";
import { settings as set } from "../project/project.ts";
import { type Made, recordOf, resultName, settingsIn } from "../project/record.ts";
import { compared, compareWith, stopComparing } from "../run/counterpart.ts";
import { showFinished } from "../run/run.ts";
import { finished, knownOf, message, record, type Shown, shown } from "../run/state.ts";
import { digestOf } from "./digest.ts";
import { findPictures, keptForm } from "./kept-project.ts";
import { askFor } from "./missing.ts";
import { forgetResult, type KeptResult, keepResult, keptResults } from "./store.ts";

export interface Result extends KeptResult {
  readonly url: string;
}

export const results = signal<readonly Result[]>([]);

/** The results that images are of, by their ids. */
const idOf = new WeakMap<Image, number>();

/** The result that is shown, if what is shown is one. */
export const inView = computed(() => resultWith(shown.value));

/** The result that has this picture. */
export function resultWith(picture: Shown | undefined): Result | undefined {
  const id = picture && idOf.get(picture.image);
  return results.value.find((result) => result.id === id);
}

/** Fills the gallery. */
export async function openGallery(): Promise<void> {
  const kept = await keptResults();
  results.value = kept.map(withUrl).reverse();
}

/** From here on, every job that ended or was stopped becomes a result. */
export function keepResults(): void {
  effect(() => {
    if (finished.value > 0) void addFinished();
  });
}

/** It has been said that results are not kept. */
let toldUnkept = false;

async function addFinished(): Promise<void> {
  const picture = shown.peek();
  const made = picture && knownOf(picture);
  if (!made) return;
  const { step = 0, steps = 0, stopped } = record.peek() ?? {};
  // What was set, not what a job that went on from a picture was told besides.
  const settings = chosenSettings(set.peek());
  const text = recordOf(made.project, made.known, made.start);
  const file = await encodePicture("png", { image: picture.image }, { text });
  const kept = { name: resultName(made.project), ...keptForm(made.project), settings };
  await add({ ...kept, file, ...(stopped && { stopped: { step, steps } }) }, picture.image);
}

/** Adds a result with its picture. */
export async function add(made: Omit<KeptResult, "id">, image: Image): Promise<Result> {
  const kept = { id: Math.max(Date.now(), 1 + (results.peek()[0]?.id ?? 0)), ...made };
  const result = withUrl(kept);
  idOf.set(image, kept.id);
  results.value = [result, ...results.peek()];
  if ((await keepResult(kept)) === undefined && !toldUnkept) {
    toldUnkept = true;
    const text = "This browser keeps no results (no room, or a private window): save what you like before you leave.";
    message.value = { text, bad: false, lasting: true };
  }
  return result;
}

export function removeResult({ id, url }: Result): void {
  if (compared.peek() === id) stopComparing();
  URL.revokeObjectURL(url);
  results.value = results.peek().filter((result) => result.id !== id);
  void forgetResult(id);
}

/** Sets everything as it was for a result, and shows it. Pictures that are not in this browser are asked for. */
export async function openResult(result: Result): Promise<void> {
  try {
    const text = await open(result, madeBy(await textOf(result.file), result.name), await pictureOf(result));
    if (text) message.value = { text: text.trim(), bad: false };
  } catch (error) {
    message.value = { text: (error as Error).message, bad: true };
  }
}

/** Shows a result beside the picture that is shown; the same again ends it. */
export async function compareResult(result: Result): Promise<void> {
  if (compared.peek() === result.id) return stopComparing();
  try {
    const [{ found }, picture] = await Promise.all([findPictures(result), pictureOf(result)]);
    compareWith(result.id, { ...found, stopped: result.stopped }, picture);
  } catch (error) {
    message.value = { text: (error as Error).message, bad: true };
  }
}

/**
 * Whether a file says that pastiche made it; if so, it becomes a result, and everything is set as it was. Pictures that are not in
 * this browser are asked for.
 */
export async function restore(file: Blob, name: string): Promise<boolean> {
  const text = await textOf(file);
  if (text === undefined) return false;
  const made = settingsIn(text, name);
  const { photo, paintings, mask, settings, stopped } = made;
  const kept = {
    ...{ name, file, settings, stopped, photo: photo?.sha256, paintings: paintings.map(({ sha256 }) => sha256) },
    mask: mask && { digest: mask.sha256, used: paintings.map((_, i) => i) },
  };
  const { image } = await readPicture(file, { name });
  const result = (await sameAs(file)) ?? (await add(kept, image));
  idOf.set(image, result.id);
  const lacks = await open(result, made, { image, step: stopped?.step ?? 0, file });
  const differs = made.adjusted ? " Its settings were changed while it was painted." : "";
  const needs = made.needs
    ? ` This file alone does not make it again: that takes ${made.needs}, from the ZIP of “Command for the terminal”.`
    : "";
  message.value = { text: `Everything is set as for ${name}.${differs}${needs}${lacks}`, bad: false };
  return true;
}

/** Sets and shows it; what it lacks, in sentences. */
async function open(kept: KeptResult, made: Made | undefined, picture: Shown): Promise<string> {
  const sources = [made?.photo, ...(made?.paintings ?? [])];
  const nameOf = (digest: string) => sources.find((source) => source?.sha256 === digest)?.name;
  const { found, missing } = await findPictures(kept, nameOf);
  // Beside itself there is nothing to compare.
  if (compared.peek() === kept.id) stopComparing();
  showFinished(found, picture, kept.stopped !== undefined);
  return askFor(kept, found, missing);
}

/** The picture of a result. */
export async function pictureOf({ id, file, stopped }: Result): Promise<Shown> {
  const { image } = await readPicture(file);
  idOf.set(image, id);
  return { image, step: stopped?.step ?? 0, file };
}

/** The name of the file without which the result in view cannot be made again: the state or picture that it went on from. */
export async function neededFile(): Promise<string | undefined> {
  const result = inView.peek();
  return result && madeBy(await textOf(result.file), result.name)?.needs;
}

async function textOf(file: Blob): Promise<string | undefined> {
  return readPictureText(new Uint8Array(await file.arrayBuffer())).pastiche;
}

function madeBy(text: string | undefined, name: string): Made | undefined {
  return text === undefined ? undefined : settingsIn(text, name);
}

/** The result that has the same file. */
async function sameAs(file: Blob): Promise<Result | undefined> {
  const digest = await digestOf(file);
  for (const result of results.peek().filter((one) => one.file.size === file.size))
    if ((await digestOf(result.file)) === digest) return result;
  return undefined;
}

/** What a result was made with that its older neighbour was not, as people read it. */
export function differences(result: Result, neighbour: Result | undefined): string {
  const about = neighbour ? contrast(madeWith(result), madeWith(neighbour)) : "";
  const { stopped } = result;
  return [about, stopped && `step ${stopped.step} of ${stopped.steps}`].filter(Boolean).join(", ");
}

/** Digests stand for names: neighbours with other pictures have other names. */
function madeWith({ mask, settings }: KeptResult): MadeWith {
  return { photo: undefined, paintings: [], mask, settings };
}

function withUrl(result: KeptResult): Result {
  return { ...result, url: URL.createObjectURL(result.file) };
}
