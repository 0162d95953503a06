/**
 * A grid before its first run: every cell's settings, pictures and file, checked. What is run and written, it refuses to
 * know.
 */
import { parse } from "node:path";
import { invalid, UserError } from "../errors.ts";
import type { Size } from "../image/image.ts";
import { type Backbone, convolutions, spokenLayer } from "../models/backbone.ts";
import * as models from "../models/index.ts";
import { readPicture } from "../platform/node/pictures.ts";
import { findWeights } from "../platform/node/weights.ts";
import type { Level } from "../schedule/pyramid.ts";
import { combinations } from "../sequence/grid.ts";
import { parseSettings, type Settings, type SettingsInput } from "../settings/settings.ts";
import { paintingsOf } from "../transfer/pictures/paintings.ts";
import { levelsOf } from "../transfer/pictures/prepare.ts";
import { flagOf } from "./flags.ts";
import { type Axis, isPicture, runOrder } from "./grid-axes.ts";
import { checkMasks, type Source, type Sources, typed } from "./inputs.ts";
import { listRoles, mapRoles } from "./roles.ts";
import { type ReadLimits, startFile } from "./stylize.ts";
import { defaultName } from "./target.ts";

/** One place of the grid, with its pictures. */
export interface Cell extends Sources {
  readonly content: Source;
  /** For each axis, which of its values. */
  readonly indices: readonly number[];
  /** As people read it: `alpha 0.1, style-scale 2`. */
  readonly name: string;
  /** The name of its file, in the grid's folder. */
  readonly file: string;
  readonly given: SettingsInput;
  readonly settings: Settings;
  /** The network that it will most likely run on: `auto` is decided. */
  readonly model: string;
  readonly levels: readonly Level[];
  /** How much it has to do, in pixels times steps times multiply-adds: comparable between cells. */
  readonly work: number;
}

export interface GridPlan {
  readonly axes: readonly Axis[];
  /** The axes from the slowest-changing to the fastest. */
  readonly order: readonly number[];
  /** In the order in which they run. */
  readonly cells: readonly Cell[];
  /** Of every picture's file, the SHA-256 and the size. */
  readonly pictures: ReadonlyMap<string, Known>;
  /** All steps together. */
  readonly steps: number;
}

export interface Known extends Size {
  readonly sha256: string;
}

/** The pictures' files that are not varied. */
export interface GridSources {
  readonly content?: string | undefined;
  readonly style: readonly string[];
  readonly mask?: string | undefined;
  readonly styleMask?: readonly string[] | undefined;
}

/** The pictures' files as they were given in order, without those that `axes` name. Errors: `usage`. */
export function gridSources(axes: readonly Axis[], given: readonly string[]): GridSources {
  if (given.includes("-")) throw new UserError("usage", "grid: pictures are read again for every cell: give files.");
  const varied = (role: string) => axes.some(({ setting }) => setting === role);
  const content = varied("content") ? undefined : given[0];
  const rest = varied("content") ? given : given.slice(1);
  if (varied("content") !== (content === undefined) || varied("style") !== (rest.length === 0)) {
    const wanted = ["content", "style"].filter((role) => !varied(role)).map((role) => role.toUpperCase());
    throw new UserError(
      "usage",
      `grid: expected ${wanted.join(" and ") || "no picture"} beside what --vary names, got ${given.join(" ") || "none"}.`,
    );
  }
  return { content, style: rest };
}

/** The plan, if every combination can be run as far as can be known. Errors: `usage`, `picture`. */
export async function planGrid(
  axes: readonly Axis[],
  sources: GridSources,
  base: Readonly<Record<string, unknown>>,
  { memory }: ReadLimits = {},
): Promise<GridPlan> {
  for (const { name, setting } of axes) {
    if (Object.hasOwn(base, setting)) throw invalid("usage", flagOf(setting), "to be left out", `--vary ${name} too`);
  }
  const order = runOrder(axes);
  const combined = combinations(
    axes.map(({ values }) => values.length),
    order,
  );
  if (combined.length > MOST) throw invalid("usage", "--vary", `at most ${MOST} pictures`, `${combined.length}`);
  const drafts = combined.map((indices) => draft(axes, indices, sources, base));
  const pictures = await readAll(drafts, memory);
  const networks = await installed();
  const cells = named(drafts, axes).map((cell): Cell => {
    const model = cell.settings.model === "auto" ? (networks.has("vgg19") ? "vgg19" : "pocket") : cell.settings.model;
    const backbone: Backbone = models[model];
    if (!networks.has(model)) {
      throw new UserError(
        "model",
        `With ${cell.name}: no weights of ${model} are here; pastiche models pull ${model} gets them.`,
      );
    }
    checkLayers(cell, backbone);
    const levels = levelsOf({ content: pictures.get(cell.content.path)! }, cell.settings);
    const pixels = levels.reduce((sum, { width, height, steps }) => sum + width * height * steps, 0);
    return { ...cell, model, levels, work: pixels * multiplications(backbone) };
  });
  const steps = cells.reduce((sum, { levels }) => sum + levels.reduce((all, level) => all + level.steps, 0), 0);
  return { axes, order, cells, pictures, steps };
}

/** The networks whose weights are on this machine. */
async function installed(): Promise<Set<string>> {
  const all = Object.values(models);
  const found = await Promise.all(all.map((backbone: Backbone) => findWeights(backbone)));
  return new Set(all.flatMap(({ name }, i) => (found[i] ? [name] : [])));
}

/** More pictures than this are a slip of the keyboard. */
const MOST = 400;

type Draft = Omit<Cell, "file" | "model" | "levels" | "work">;

function draft(
  axes: readonly Axis[],
  indices: readonly number[],
  sources: GridSources,
  base: Readonly<Record<string, unknown>>,
): Draft {
  const values = axes.map(({ setting, values }, i) => [setting, values[indices[i]!]!.value] as const);
  const name = axes.map(({ name, values }, i) => `${name} ${values[indices[i]!]!.label}`).join(", ");
  const given: Record<string, unknown> = { ...base, ...Object.fromEntries(values.filter(([key]) => !isPicture(key))) };
  const start = startFile(given.init);
  if (start !== undefined) delete given.init;
  const files = new Map(values.filter(([key]) => isPicture(key)) as [string, string][]);
  const content = files.get("content") ?? sources.content!;
  const style = files.has("style") ? [files.get("style")!] : sources.style;
  const pictures = { ...mapRoles({ ...sources, content, style, start }, typed), content: typed(content) };
  try {
    const settings = parseSettings(given, flagOf);
    paintingsOf(style.length, settings, flagOf);
    checkMasks(pictures);
    return {
      indices,
      name,
      ...pictures,
      given,
      settings,
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.code, `With ${name}: ${error.message}`, { cause: error });
  }
}

/** Every picture of the grid once: it is there, it can be read, and this is in it. */
async function readAll(drafts: readonly Draft[], memory: number | undefined): Promise<Map<string, Known>> {
  const paths = new Set(drafts.flatMap((cell) => listRoles<Source>(cell).map(({ path }) => path)));
  const known = new Map<string, Known>();
  for (const path of paths) {
    const { digest, size } = await readPicture(path, { longSide: 16, memory });
    known.set(path, { sha256: digest, ...size });
  }
  return known;
}

/** The cells with names for their files: of what is varied, so that a grid with more values keeps those it has. */
function named(drafts: readonly Draft[], axes: readonly Axis[]): (Draft & Pick<Cell, "file">)[] {
  const taken = new Set<string>();
  return drafts.map((cell) => {
    const parts = axes.map(({ name, setting, values }, i) => {
      const { label } = values[cell.indices[i]!]!;
      return `${name}-${isPicture(setting) ? parse(label).name : label}`;
    });
    const stem = parts.map((part) => part.replace(/[^\p{L}\p{N}_.+-]+/gu, "-").slice(0, 48)).join("_");
    let file = `${stem}.png`;
    // Names that differ in case only are one on some disks.
    for (let number = 2; taken.has(file.toLowerCase()); number++) file = `${stem}-${number}.png`;
    taken.add(file.toLowerCase());
    return { ...cell, file };
  });
}

/** Throws a `usage` error for a layer that the network does not have. */
function checkLayers({ name, settings }: Draft, backbone: Backbone): void {
  const known = convolutions(backbone).map((layer) => layer.name);
  for (const layer of Object.keys({ ...settings.contentLayers, ...settings.styleLayers })) {
    if (known.includes(spokenLayer(layer))) continue;
    throw new UserError("usage", `With ${name}: ${backbone.name} has no layer ${layer}; it has ${known.join(", ")}.`);
  }
}

/** Multiply-adds of the network for one pixel. */
function multiplications(backbone: Backbone): number {
  return convolutions(backbone).reduce((sum, { name, inputs, outputs }) => {
    const halvings = Number(/\d+/.exec(name)![0]) - 1;
    return sum + (9 * inputs * outputs) / 4 ** halvings;
  }, 0);
}

/** The folder of a grid that was given none: named after its pictures. */
export function gridFolder({ content, style }: GridSources): string {
  const stems = [content, ...style].flatMap((path) => (path === undefined ? [] : [parse(path).name]));
  return defaultName(stems.join("-"), "-grid");
}
