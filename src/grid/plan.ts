/** Plans a grid: the settings, pictures and file of every cell, checked before the first run. */
import { invalid, UserError } from "../errors.ts";
import type { Size } from "../image/image.ts";
import type { JobFiles } from "../jobs/files.ts";
import { defaultName } from "../jobs/output/output.ts";
import type { Paths } from "../jobs/paths.ts";
import { checkMasks } from "../jobs/pictures.ts";
import { type Sources, source, startFile } from "../jobs/request.ts";
import { type Backbone, convolutions, multiplyAdds, spokenLayer } from "../models/backbone.ts";
import * as models from "../models/index.ts";
import { modelNamed, packaged } from "../models/named.ts";
import { type Level, stepsOf } from "../schedule/pyramid.ts";
import { type Label, parseSettings, type Settings, type SettingsInput } from "../settings/settings.ts";
import { paintingsOf } from "../transfer/pictures/paintings.ts";
import { levelsOf } from "../transfer/pictures/prepare.ts";
import { listRoles, mapRoles } from "../transfer/pictures/roles.ts";
import { type Axis, isPicture, runOrder } from "./axes.ts";
import { combinations } from "./combinations.ts";

/** One place of the grid: a variant of the job. */
export interface Cell {
  /** With their digests. */
  readonly pictures: Sources;
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

/** A checked grid. */
export interface GridPlan {
  readonly axes: readonly Axis[];
  /** The axes from the slowest-changing to the fastest. */
  readonly order: readonly number[];
  /** In the order in which they run. */
  readonly cells: readonly Cell[];
  /** All steps together. */
  readonly steps: number;
}

/** What a plan needs to know of where it runs. */
export interface PlanningOptions {
  readonly files: JobFiles;
  /** The most bytes that reading a picture may take. */
  readonly memory?: number | undefined;
  /** Whether the weights of a network are here. */
  readonly isInstalled: (name: keyof typeof models) => Promise<boolean>;
  /** What messages call a part of the request. */
  readonly label: Label;
}

/** The pictures' files that are not varied. */
export interface GridSources {
  readonly content?: string | undefined;
  readonly style: readonly string[];
  readonly mask?: string | undefined;
  readonly styleMask?: readonly string[] | undefined;
  /** What they start from, where `init` is not varied. */
  readonly start?: string | undefined;
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
  base: SettingsInput,
  { files, memory, isInstalled, label }: PlanningOptions,
): Promise<GridPlan> {
  for (const { name, setting } of axes) {
    if (Object.hasOwn(base, setting) || (setting === "init" && sources.start !== undefined))
      throw invalid("usage", label(setting), "to be left out", `--vary ${name} too`);
  }
  const order = runOrder(axes);
  const combined = combinations(
    axes.map(({ values }) => values.length),
    order,
  );
  if (combined.length > MOST) throw invalid("usage", "--vary", `at most ${MOST} pictures`, `${combined.length}`);
  const drafts = combined.map((indices) => draft(axes, indices, sources, base, label));
  const pictures = await readAll(drafts, files, memory);
  const networks = await installed(isInstalled);
  const cells = named(drafts, axes, files.paths).map((cell): Cell => {
    const model =
      cell.settings.model === "auto" ? (networks.has("vgg19") ? "vgg19" : packaged.node) : cell.settings.model;
    const backbone = modelNamed(model);
    if (!networks.has(model)) {
      throw new UserError(
        "model",
        `With ${cell.name}: no weights of ${model} are here; pastiche models pull ${model} gets them.`,
      );
    }
    checkLayers(cell, backbone);
    const levels = levelsOf({ content: pictures.get(cell.pictures.content!.path)! }, cell.settings);
    const pixels = levels.reduce((sum, { width, height, steps }) => sum + width * height * steps, 0);
    const withDigests = mapRoles(cell.pictures, (one) => ({ ...one, sha256: pictures.get(one.path)!.sha256 }));
    return { ...cell, pictures: withDigests, model, levels, work: pixels * multiplications(backbone) };
  });
  const steps = cells.reduce((sum, { levels }) => sum + stepsOf(levels), 0);
  return { axes, order, cells, steps };
}

/** The networks whose weights are here. */
async function installed(isInstalled: PlanningOptions["isInstalled"]): Promise<Set<string>> {
  const names = Object.keys(models) as (keyof typeof models)[];
  const found = await Promise.all(names.map(isInstalled));
  return new Set(names.filter((_, i) => found[i]));
}

/** More pictures than this are a slip of the keyboard. */
const MOST = 400;

type Draft = Omit<Cell, "file" | "model" | "levels" | "work">;

function draft(
  axes: readonly Axis[],
  indices: readonly number[],
  sources: GridSources,
  base: SettingsInput,
  label: Label,
): Draft {
  const values = axes.map(({ setting, values }, i) => [setting, values[indices[i]!]!.value] as const);
  const name = axes.map(({ name, values }, i) => `${name} ${values[indices[i]!]!.label}`).join(", ");
  const given: Record<string, unknown> = { ...base, ...Object.fromEntries(values.filter(([key]) => !isPicture(key))) };
  const start = startFile(given.init, label) ?? (given.init === undefined ? sources.start : undefined);
  if (startFile(given.init, label) !== undefined) delete given.init;
  const files = new Map(values.filter(([key]) => isPicture(key)) as [string, string][]);
  const content = files.get("content") ?? sources.content!;
  const style = files.has("style") ? [files.get("style")!] : sources.style;
  const pictures = mapRoles({ ...sources, content, style, start }, source);
  try {
    const settings = parseSettings(given, label);
    paintingsOf(style.length, settings, label);
    checkMasks(pictures, label);
    return {
      indices,
      name,
      pictures,
      given,
      settings,
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.code, `With ${name}: ${error.message}`, { cause: error });
  }
}

interface Known extends Size {
  readonly sha256: string;
}

/** Every picture of the grid once: it is there, it can be read, and this is in it. */
async function readAll(
  drafts: readonly Draft[],
  files: JobFiles,
  memory: number | undefined,
): Promise<Map<string, Known>> {
  const paths = new Set(drafts.flatMap((cell) => listRoles(cell.pictures).map(({ path }) => path)));
  const known = new Map<string, Known>();
  for (const path of paths) {
    const { digest, size } = await files.readPicture(path, { longSide: 16, memory });
    known.set(path, { sha256: digest, ...size });
  }
  return known;
}

/** The cells with names for their files: of what is varied, so that a grid with more values keeps those it has. */
function named(drafts: readonly Draft[], axes: readonly Axis[], { parse }: Paths): (Draft & Pick<Cell, "file">)[] {
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
  return convolutions(backbone).reduce((sum, layer) => sum + multiplyAdds(layer), 0);
}

/** The folder of a grid that was given none: named after its pictures. */
export function gridFolder({ content, style }: GridSources, paths: Paths): string {
  const stems = [content, ...style].flatMap((path) => (path === undefined ? [] : [paths.parse(path).name]));
  return defaultName(stems.join("-"), "-grid", paths);
}
