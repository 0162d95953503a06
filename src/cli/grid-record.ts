/**
 * What a grid's folder remembers in `grid.json`: which cells there are, how each went, its curves. Whether a picture is
 * still what it says, the picture itself knows.
 */
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { readRegular } from "../platform/node/regular.ts";
import { writeAtomically } from "../platform/node/write.ts";
import type { Cell, GridPlan } from "./grid-plan.ts";
import type { Source } from "./inputs.ts";
import { readMade } from "./metadata.ts";
import { listRoles, mapRoles } from "./roles.ts";
import { version } from "./version.ts";

/** A cell's loss curves, thinned. */
export const curvesSchema = z.object({
  steps: z.array(z.number()).readonly(),
  terms: z.record(z.string(), z.array(z.number()).readonly()),
  every: z.number(),
});

const outcome = z.object({
  seconds: z.number(),
  steps: z.number(),
  loss: z.number().nullable(),
  runtime: z.string(),
  curves: curvesSchema,
});
/** How a cell went. */
export type Outcome = z.infer<typeof outcome>;

/** Where a cell stands: undefined before it was run. */
export interface Standing {
  readonly outcome?: Outcome | undefined;
  /** Why there is no picture. */
  readonly error?: string | undefined;
  /** Whether its picture is there. */
  readonly done: boolean;
}

const schema = z.object({
  pastiche: z.string(),
  cells: z.array(z.object({ file: z.string(), outcome: outcome.optional() })),
});

const NAME = "grid.json";

/** How the cells of an earlier run in this folder went, by file; undefined if the folder holds no grid. */
export async function readRecord(folder: string): Promise<Map<string, Outcome> | undefined> {
  try {
    const { cells } = schema.parse(JSON.parse(String(await readRegular(join(folder, NAME)))));
    return new Map(cells.flatMap(({ file, outcome }) => (outcome ? [[file, outcome] as const] : [])));
  } catch {
    return undefined;
  }
}

/** Writes down where the grid stands; the file is replaced. */
export async function writeRecord(folder: string, plan: GridPlan, standings: ReadonlyMap<Cell, Standing>) {
  const record = {
    pastiche: version,
    axes: plan.axes.map(({ name, setting, values }) => ({ name, setting, values: values.map(({ label }) => label) })),
    cells: plan.cells.map((cell) => ({
      file: cell.file,
      name: cell.name,
      settings: cell.settings,
      ...mapRoles<Source, object>(cell, ({ name, path }) => ({ name, sha256: plan.pictures.get(path)!.sha256 })),
      ...standings.get(cell),
    })),
  };
  await writeAtomically(join(folder, NAME), new TextEncoder().encode(`${JSON.stringify(record)}\n`), { force: true });
}

/**
 * Whether the cell's picture is there already: `same` where it was made of the same pictures with the same settings on
 * the same network, to the last step; `other` where something else has the name.
 */
export async function standsAlready(folder: string, cell: Cell, plan: GridPlan): Promise<"same" | "other" | "none"> {
  const path = join(folder, cell.file);
  const there = await lstat(path).catch(() => undefined);
  if (!there) return "none";
  const made = await readMade(path).catch(() => undefined);
  if (!made) return "other";
  const digests = listRoles<Source>(cell).map(({ path }) => plan.pictures.get(path)!.sha256);
  const same =
    JSON.stringify(made.settings) === JSON.stringify(cell.settings) &&
    made.model === cell.model &&
    made.step === made.steps &&
    String(listRoles<{ sha256: string }>(made).map(({ sha256 }) => sha256)) === String(digests);
  return same ? "same" : "other";
}
