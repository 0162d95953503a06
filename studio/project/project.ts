/** What is to be painted: a photo, paintings and settings, as one value that can be undone. */
import { computed } from "@preact/signals";
import { parseSettings, type Settings, type SettingsInput } from "pastiche/web";
import type { PictureFile } from "../pictures/pictures.ts";
import { history } from "./history.ts";
import { usualFor } from "./knobs.ts";

/** A mask of flat colours, see `regions.ts`. */
export interface RegionMask {
  readonly file: Blob;
  /** SHA-256 of the file. */
  readonly digest: string;
  /** Which paintings have a region, counted from 0. */
  readonly used: readonly number[];
}

export interface Project {
  readonly photo: PictureFile | undefined;
  readonly paintings: readonly PictureFile[];
  /** Which part of the photo is painted like which painting; without it, all like all. */
  readonly mask?: RegionMask | undefined;
  /** Which branch it is that is worked on: see `run/branches.ts`. */
  readonly branch?: number | undefined;
  /** What was set; all else is the recipe's. */
  readonly settings: SettingsInput;
  /** The long side in print, in centimetres, where that was chosen: saved files say so. */
  readonly print?: number | undefined;
}

const states = history<Project>({ photo: undefined, paintings: [], settings: {} });

export const project = states.value;
export const { canUndo, canRedo, undo, redo, restart, around } = states;

/** All settings, complete. */
export const settings = computed<Settings>(() => parseSettings(project.value.settings));

/** What they would be if only recipe, quality and optimiser were chosen. */
export const usual = computed<Settings>(() => usualFor(project.value.settings));

/** Changes the project; `gesture` makes one undo of many small changes. */
export function change(changes: Partial<Project>, gesture?: string): void {
  states.set({ ...project.value, ...changes }, gesture);
}

/** Sets one setting; undefined, or its default, takes it back. */
export function set<Name extends keyof SettingsInput>(name: Name, value: SettingsInput[Name], gesture?: string): void {
  setAll({ [name]: value }, gesture ?? `set ${name}`);
}

/** Sets the size: a number of pixels of the long side, or the photo's; for print, with the centimetres that they are to be. */
export function setSize(size: Settings["size"], print?: number): void {
  setAll({ size }, undefined, { print });
}

/** Sets several at once, and `others` with them. */
export function setAll(changes: SettingsInput, gesture?: string, others: Partial<Project> = {}): void {
  const all = Object.entries({ ...project.value.settings, ...changes });
  const own = all.filter(([name, value]) => value !== undefined && !isUsual(name as keyof SettingsInput, value));
  change({ ...others, settings: Object.fromEntries(own) }, gesture);
}

/** Chooses a recipe: what was set before was set against another. */
export function chooseRecipe(recipe: Settings["recipe"]): void {
  const { size, seed } = project.value.settings;
  change({ settings: defined({ recipe: recipe === "balanced" ? undefined : recipe, size, seed }) });
}

/** Whether a setting is not as its recipe has it. */
export function isChanged(name: keyof SettingsInput): boolean {
  return project.value.settings[name] !== undefined && name !== "recipe" && name !== "quality";
}

/** Puts all knobs back; pictures stay. */
export function resetSettings(): void {
  change({ settings: {}, print: undefined });
}

/** Takes a painting alone, or with those there are. */
export function choosePainting(painting: PictureFile, beside = false): void {
  const others = project.value.paintings.filter(({ digest }) => digest !== painting.digest);
  setPaintings(beside ? [...others, painting] : [painting]);
}

export function dropPainting(painting: PictureFile): void {
  setPaintings(project.value.paintings.filter(({ digest }) => digest !== painting.digest));
}

/** Weights that were given for other paintings mean nothing for these, nor do regions of paintings that are gone. */
function setPaintings(paintings: readonly PictureFile[]): void {
  const { blend: _, ...others } = project.value.settings;
  const { mask } = project.value;
  change({ paintings, settings: others, mask: mask?.used.every((i) => i < paintings.length) ? mask : undefined });
}

/** Whether a value is its recipe's; recipe and quality are what others are compared with, and are so never. */
function isUsual(name: keyof SettingsInput, value: unknown): boolean {
  if (name === "recipe" || name === "quality" || name === "optimizer") return false;
  const all: Record<string, unknown> = { ...usual.value, ...usual.value.parameters };
  return JSON.stringify(value) === JSON.stringify(all[name]);
}

/** A record without what is undefined. */
function defined<T extends object>(record: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]: Exclude<T[Key], undefined> };
}
