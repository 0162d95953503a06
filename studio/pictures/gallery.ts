/** The results of this browser, newest first: each with what made it, so that it can be gone on from. */
import { effect, signal } from "@preact/signals";
import {
  chosenSettings,
  encodePicture,
  readPicture,
  readPictureText,
  type SettingsInput,
  UserError,
} from "pastiche/web";
import { type Project, project, settings as set } from "../project/project.ts";
import { recordOf, resultName, settingsIn } from "../project/record.ts";
import { showFinished } from "../run/run.ts";
import { finished, knownOf, message, shown } from "../run/state.ts";
import { findPicture } from "./pictures.ts";
import {
  forgetResult,
  type KeptProject,
  type KeptResult,
  keepProject,
  keepResult,
  keptProject,
  keptResults,
} from "./store.ts";

export interface Result extends KeptResult {
  readonly url: string;
}

export const results = signal<readonly Result[]>([]);

/** Fills the gallery and goes on with what was set when the page was left. */
export async function openGallery(): Promise<void> {
  const kept = await keptResults();
  results.value = kept.map(withUrl).reverse();
}

/** The project of the last visit; undefined for a first one, or where its photo is gone. */
export async function lastProject(): Promise<Project | undefined> {
  const kept = await keptProject();
  return kept && projectOf(kept).catch(() => undefined);
}

/** From here on, every finished job becomes a result, and every change is remembered. */
export function keepAll(): void {
  effect(() => {
    if (finished.value > 0) void addResult();
  });
  effect(() => {
    void keepProject(keptForm(project.value));
  });
}

/** It has been said that results are not kept. */
let toldUnkept = false;

async function addResult(): Promise<void> {
  const picture = shown.peek();
  const made = picture && knownOf(picture);
  if (!made) return;
  const text = recordOf(made.project, made.known, made.start);
  const file = await encodePicture("png", { image: picture.image }, { text });
  // What was set, not what a job that went on from a picture was told besides.
  const settings = chosenSettings(set.peek());
  const result = { id: Date.now(), name: resultName(made.project), file, ...keptForm(made.project), settings };
  results.value = [withUrl(result), ...results.value];
  if ((await keepResult(result)) === undefined && !toldUnkept) {
    toldUnkept = true;
    const text = "This browser keeps no results (no room, or a private window): save what you like before you leave.";
    message.value = { text, bad: false, lasting: true };
  }
}

export function removeResult({ id, url }: Result): void {
  URL.revokeObjectURL(url);
  results.value = results.value.filter((result) => result.id !== id);
  void forgetResult(id);
}

/** Sets everything as it was for a result, and shows it. */
export async function openResult(result: Result): Promise<void> {
  try {
    const [made, { image }] = await Promise.all([projectOf(result), readPicture(result.file)]);
    showFinished(made, { image, step: 0, file: result.file });
  } catch (error) {
    message.value = { text: (error as Error).message, bad: true };
  }
}

/**
 * Whether a file says that pastiche made it; if so, everything is set as it was. Pictures that are not in this browser are
 * asked for.
 */
export async function restore(file: Blob, name: string): Promise<boolean> {
  const text = readPictureText(new Uint8Array(await file.arrayBuffer())).pastiche;
  if (text === undefined) return false;
  const { settings, photo, paintings, mask, wentOn } = settingsIn(text, name);
  const find = async (digest: string | undefined) => (digest === undefined ? undefined : findPicture(digest));
  const found = await Promise.all([photo?.sha256, ...paintings.map(({ sha256 }) => sha256)].map(find));
  const [ownPhoto, ...ownPaintings] = found;
  const missing = [photo, ...paintings].filter((_, i) => !found[i]).flatMap((one) => (one ? [one.name] : []));
  const here = ownPaintings.flatMap((one) => (one ? [one] : []));
  const region = mask && here.length === paintings.length ? await findPicture(mask.sha256) : undefined;
  const { image } = await readPicture(file, { name });
  const made = {
    settings,
    mask: region && { file: region.file, digest: region.digest, used: paintings.map((_, i) => i) },
    // Another photo would have another shape.
    photo: ownPhoto,
    paintings: here.length > 0 ? here : project.value.paintings,
  };
  showFinished(made, { image, step: 0, file });
  const lacks = mask && !region ? " Its regions are not here." : "";
  const asked = missing.length > 0 ? ` Its pictures are not here; choose them again: ${missing.join(", ")}.` : "";
  const differs = wentOn ? " It was changed while it was painted: painted anew, it will be another picture." : "";
  message.value = { text: `Everything is set as for ${name}.${differs}${asked}${lacks}`, bad: false };
  return true;
}

/** What a result was made with that its older neighbour was not, as people read it. */
export function differences(result: Result, neighbour: Result | undefined): string {
  const before = { ...neighbour?.settings } as Record<string, unknown>;
  const after = { ...result.settings } as Record<string, unknown>;
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return changed
    .map((name) => `${name} ${after[name] === undefined ? "as usual" : JSON.stringify(after[name])}`)
    .join(", ");
}

async function projectOf({ photo, paintings, mask, settings }: KeptProject): Promise<Project> {
  const find = async (digest: string) => {
    const picture = await findPicture(digest);
    if (!picture) throw new UserError("picture", "A picture that this was made of is not in this browser any more.");
    return picture;
  };
  return {
    photo: photo === undefined ? undefined : await find(photo),
    paintings: await Promise.all(paintings.map(find)),
    mask: mask && { ...mask, ...(await find(mask.digest)) },
    settings: settings as SettingsInput,
  };
}

function keptForm({ photo, paintings, mask, settings }: Project): KeptProject {
  const region = mask && { digest: mask.digest, used: mask.used };
  return { photo: photo?.digest, paintings: paintings.map(({ digest }) => digest), mask: region, settings };
}

function withUrl(result: KeptResult): Result {
  return { ...result, url: URL.createObjectURL(result.file) };
}
