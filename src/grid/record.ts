/**
 * The file `grid.json` in a grid's folder: its cells, the outcome of each, and their curves. Whether a picture is still that
 * of its cell is checked by the record inside the picture.
 */
import * as z from "zod/mini";
import type { JobFiles } from "../jobs/files.ts";
import { readResultRecord } from "../jobs/record/record.ts";
import { curvesSchema } from "../jobs/report/history.ts";
import { listRoles, mapRoles } from "../transfer/pictures/roles.ts";
import { version } from "../version.ts";
import type { Cell, GridPlan } from "./plan.ts";

const outcome = z.object({
  seconds: z.number(),
  steps: z.number(),
  loss: z.nullable(z.number()),
  runtime: z.string(),
  curves: curvesSchema,
});
/** How a cell went. */
export type Outcome = z.infer<typeof outcome>;

/** Where a cell stands: undefined before it was run. */
export interface CellState {
  readonly outcome?: Outcome | undefined;
  /** Why there is no picture. */
  readonly error?: string | undefined;
  /** Whether its picture is there. */
  readonly done: boolean;
}

const schema = z.object({
  pastiche: z.string(),
  cells: z.array(z.object({ file: z.string(), outcome: z.optional(outcome) })),
});

const NAME = "grid.json";

/** How the cells of an earlier run in this folder went, by file; undefined if the folder holds no grid. */
export async function readRecord(folder: string, files: JobFiles): Promise<Map<string, Outcome> | undefined> {
  try {
    const { cells } = z.parse(
      schema,
      JSON.parse(new TextDecoder("utf-8").decode(await files.readBytes(files.paths.join(folder, NAME)))),
    );
    return new Map(cells.flatMap(({ file, outcome }) => (outcome ? [[file, outcome] as const] : [])));
  } catch {
    return undefined;
  }
}

/** Writes down where the grid stands; the file is replaced. */
export async function writeRecord(
  folder: string,
  plan: GridPlan,
  states: ReadonlyMap<Cell, CellState>,
  files: JobFiles,
): Promise<void> {
  const record = {
    pastiche: version,
    axes: plan.axes.map(({ name, setting, values }) => ({ name, setting, values: values.map(({ label }) => label) })),
    cells: plan.cells.map((cell) => ({
      file: cell.file,
      name: cell.name,
      settings: cell.settings,
      ...mapRoles(cell.pictures, ({ name, sha256 }) => ({ name, sha256 })),
      ...states.get(cell),
    })),
  };
  const bytes = new TextEncoder().encode(`${JSON.stringify(record)}\n`);
  await files.write(files.paths.join(folder, NAME), bytes, { force: true });
}

/**
 * Whether the cell's picture is there already: `same` where it was made of the same pictures with the same settings on
 * the same network, to the last step; `other` where something else has the name.
 */
export async function existingResult(folder: string, cell: Cell, files: JobFiles): Promise<"same" | "other" | "none"> {
  const path = files.paths.join(folder, cell.file);
  if (!(await files.exists(path))) return "none";
  const made = await readResultRecord(path, files).catch(() => undefined);
  if (!made) return "other";
  const digests = listRoles(cell.pictures).map(({ sha256 }) => sha256);
  const same =
    JSON.stringify(made.settings) === JSON.stringify(cell.settings) &&
    made.model === cell.model &&
    made.step === made.steps &&
    String(listRoles<{ sha256: string }>(made).map(({ sha256 }) => sha256)) === String(digests);
  return same ? "same" : "other";
}
