/** The contact sheet and the page of a grid. */

import type { Fact, GridCell, GridTable, Input } from "#pages";
import { flatten } from "../image/alpha.ts";
import type { Image } from "../image/image.ts";
import { type SheetPlan, sheet, stacked } from "../image/sheet.ts";
import type { JobFiles } from "../jobs/files.ts";
import type { Paths } from "../jobs/paths.ts";
import { commandLine, commandWords } from "../jobs/record/command.ts";
import { roundedCurves } from "../jobs/report/history.ts";
import { pagePicture, reduced } from "../jobs/report/pictures.ts";
import { bandsOf, creditLine } from "../jobs/report/report.ts";
import { clock } from "../jobs/report/time.ts";
import { mapRoles, roleNames } from "../transfer/pictures/roles.ts";
import type { Axis } from "./axes.ts";
import type { Cell, GridPlan } from "./plan.ts";
import type { CellState } from "./record.ts";

/** The files beside the single pictures. */
export const gridFiles = { sheet: "sheet.png", page: "index.html" } as const;

/** Long side of a picture in the page's tables; pixels of all pictures on a sheet together; a row of one axis. */
const [THUMBNAIL, SHEET, ROW] = [320, 12e6, 5];

/** A grid that was run. */
export interface GridResult {
  readonly plan: GridPlan;
  readonly folder: string;
  readonly states: ReadonlyMap<Cell, CellState>;
  readonly seconds: number;
  readonly stopped: boolean;
}

/** A cell with what is shown of it. */
interface ShownCell {
  readonly cell: Cell;
  readonly small: Image | undefined;
  readonly page: GridCell;
}

/** Writes the sheet and the page; both are replaced. */
export async function writeGridPages(result: GridResult, files: JobFiles): Promise<void> {
  const { plan, folder } = result;
  const { join } = files.paths;
  const inputs = await inputsOf(plan, files);
  const shown = new Map<Cell, ShownCell>();
  // One after the other: a large grid does not fit into memory.
  for (const cell of plan.cells) shown.set(cell, await show(cell, result, inputs, files));
  const tables = layout(plan).map(({ caption, columns, rows }) => ({
    caption,
    columns,
    rows: rows.map(({ label, cells }) => ({ label, cells: cells.map((cell) => shown.get(cell)!) })),
  }));
  const title = titleOf(plan, files.paths);
  const force = true; // Looked at before the first run.
  const drawn = await files.encodePicture("png", { image: drawSheet(title, tables) }, {});
  await files.write(join(folder, gridFiles.sheet), drawn, { force });
  const [first] = plan.cells;
  const { width, height } = first!.levels.at(-1)!;
  const { gridPage } = await import("#pages");
  const page = gridPage({
    title,
    about: aboutOf(result),
    warning: warningOf(result),
    inputs: inputs.map(({ input }) => input),
    tables: tables.map((table) => ({
      ...table,
      rows: table.rows.map(({ label, cells }) => ({ label, cells: cells.map((one) => one.page) })),
    })) satisfies GridTable[],
    ratio: width / height,
    key: "grid",
    made: creditLine(),
  });
  await files.write(join(folder, gridFiles.page), new TextEncoder().encode(page), { force });
}

interface Table<Item> {
  readonly caption: string | undefined;
  readonly columns: readonly Fact[];
  readonly rows: readonly { readonly label: Fact | undefined; readonly cells: readonly Item[] }[];
}

/** The cells as tables: the last axis along the rows, the one before it down, one table for each value of the first of three. */
function layout({ axes, cells }: GridPlan): Table<Cell>[] {
  const at = (...indices: number[]) => cells.find((cell) => cell.indices.every((index, i) => index === indices[i]))!;
  const label = ({ name, values }: Axis, index: number): Fact => [name, values[index]!.label];
  const [last, rows, outer] = [...axes].reverse() as [Axis, Axis | undefined, Axis | undefined];
  const along = [...last.values.keys()];
  if (!rows) {
    const parts = Array.from({ length: Math.ceil(along.length / ROW) }, (_, i) => along.slice(i * ROW, (i + 1) * ROW));
    return parts.map((part) => ({
      caption: undefined,
      columns: part.map((index) => label(last, index)),
      rows: [{ label: undefined, cells: part.map((index) => at(index)) }],
    }));
  }
  const table = (caption: string | undefined, before: number[]): Table<Cell> => ({
    caption,
    columns: along.map((index) => label(last, index)),
    rows: rows.values.map((_, row) => ({
      label: label(rows, row),
      cells: along.map((index) => at(...before, row, index)),
    })),
  });
  return outer ? outer.values.map((_, i) => table(label(outer, i).join(" "), [i])) : [table(undefined, [])];
}

function drawSheet(title: string, tables: readonly Table<ShownCell>[]): Image {
  const sheets = tables.map(({ caption, columns, rows }, i): SheetPlan => {
    const head = i === 0 ? title : undefined;
    return {
      title: [head, caption].filter(Boolean).join("\n") || undefined,
      columns: columns.map((column) => column.join(" ")),
      rows: rows.map(({ label, cells }) => ({
        label: label?.join(" "),
        cells: cells.map(({ small, page }) => (small ? { image: small } : { label: page.error ?? "not run" })),
      })),
    };
  });
  return stacked(sheets.map(sheet));
}

async function show(cell: Cell, result: GridResult, inputs: readonly GridInput[], files: JobFiles): Promise<ShownCell> {
  const { plan, folder, states } = result;
  const { done = false, error, outcome } = states.get(cell) ?? {};
  const count = plan.cells.length;
  const large = count <= 12 ? 1024 : count <= 40 ? 768 : 512;
  const picture = done ? await files.readPicture(files.paths.join(folder, cell.file), {}) : undefined;
  const small = picture && reduced(picture, Math.min(512, Math.floor(Math.sqrt(SHEET / count))));
  const { width, height } = cell.levels.at(-1)!;
  const facts: Fact[] = [["size", `${width} × ${height}`]];
  if (outcome) {
    facts.push(["steps", String(outcome.steps)], ["time", clock(outcome.seconds)]);
    facts.push(["loss", outcome.loss === null ? "no number" : outcome.loss.toPrecision(4)]);
  }
  return {
    cell,
    small: small && (small.alpha ? flatten(small.image, small.alpha) : small.image),
    page: {
      name: cell.name,
      picture: picture && (await pagePicture(picture, large, files)),
      thumbnail: picture && (await pagePicture(picture, THUMBNAIL, files)),
      error,
      file: cell.file,
      before: inputs.findIndex(({ path }) => path === cell.pictures.content!.path),
      facts,
      curves: outcome ? roundedCurves(outcome.curves) : { steps: [], terms: {}, every: 1 },
      bands: bandsOf(cell.levels),
      command: commandLine(commandWords({ ...cell.pictures, settings: cell.settings, model: cell.model })),
    },
  };
}

interface GridInput {
  readonly path: string;
  readonly input: Input;
}

/** Every picture that went in, once. */
async function inputsOf({ cells }: GridPlan, files: JobFiles): Promise<GridInput[]> {
  const found = new Map<string, string>();
  for (const { pictures } of cells) found.set(pictures.content!.path, roleNames.content);
  for (const { pictures } of cells) {
    mapRoles(pictures, ({ path }, role) => void (found.has(path) || found.set(path, roleNames[role])));
  }
  const inputs: GridInput[] = [];
  for (const [path, role] of found) {
    const long = role === roleNames.content ? 1024 : 480;
    const picture = await pagePicture(await files.readPicture(path, { longSide: long }), long, files);
    inputs.push({ path, input: { role, name: files.paths.basename(path), picture } });
  }
  return inputs;
}

/** The grid in a line: its pictures, or how many there are. */
export function titleOf({ cells }: GridPlan, { basename }: Pick<Paths, "basename">): string {
  const names = (of: (cell: Cell) => string, many: string) => {
    const all = new Set(cells.map(of));
    return all.size === 1 ? [...all][0]! : `${all.size} ${many}`;
  };
  const [photo, painting] = [
    names(({ pictures }) => basename(pictures.content!.path), "photos"),
    names(({ pictures }) => pictures.style.map(({ path }) => basename(path)).join(" and "), "styles"),
  ];
  return painting.endsWith(" styles") ? `${photo} in ${painting}` : `${photo} in the style of ${painting}`;
}

function aboutOf({ plan: { axes, cells }, states, seconds }: GridResult): string {
  const networks = new Set(cells.map(({ model }) => model));
  const runtimes = new Set([...states.values()].flatMap(({ outcome }) => outcome?.runtime ?? []));
  const about = [
    `${cells.length} ${cells.length === 1 ? "picture" : "pictures"}: ${axes.map(({ name }) => name).join(" by ")}`,
    clock(seconds),
  ];
  return [...about, ...networks, ...runtimes].join(" · ");
}

function warningOf({ plan: { cells }, states, stopped }: GridResult): string | undefined {
  const failed = cells.filter((cell) => states.get(cell)?.error !== undefined).length;
  const open = cells.filter((cell) => !states.has(cell)).length;
  const words = [
    ...(failed > 0 ? [`${failed} of ${cells.length} failed.`] : []),
    ...(stopped && open > 0 ? [`Stopped with ${open} of ${cells.length} not run: the same command goes on.`] : []),
  ];
  return words.length > 0 ? words.join(" ") : undefined;
}
