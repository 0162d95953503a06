/** A grid's folder: checked before the first run, and locked against other grids. */
import { cleaned, UserError } from "../errors.ts";
import type { JobFiles } from "../jobs/files.ts";
import { gridFiles } from "./pages.ts";
import type { Cell, GridPlan } from "./plan.ts";
import { type CellState, existingResult, readRecord } from "./record.ts";

/**
 * Where the cells of a grid stand in its folder before it runs. A `file` error for something that has a cell's name and
 * is none, and for pages of somebody else's, unless `force`.
 */
export async function cellStates(
  folder: string,
  plan: GridPlan,
  files: JobFiles,
  force = false,
): Promise<Map<Cell, CellState>> {
  const record = await readRecord(folder, files);
  const states = new Map<Cell, CellState>();
  for (const cell of plan.cells) {
    const there = await existingResult(folder, cell, files);
    if (there === "same") states.set(cell, { done: true, outcome: record?.get(cell.file) });
    if (there === "other" && !force) {
      const path = cleaned(files.paths.join(folder, cell.file));
      throw new UserError("file", `${path} exists and was made otherwise; give another -o, or -f to replace it.`);
    }
  }
  // A folder with a record is a grid's: its sheet and its page are made anew.
  if (!record && !force) {
    for (const file of Object.values(gridFiles)) {
      await files.checkWritable(files.paths.join(folder, file)).catch((error: UserError) => {
        if ((error.cause as { code?: string } | undefined)?.code !== "ENOENT") throw error;
      });
    }
  }
  return states;
}

/** Makes the folder, for this grid alone until what is returned is called. Errors: `file`. */
export async function openFolder(folder: string, files: JobFiles): Promise<() => Promise<void>> {
  const path = files.paths.join(folder, "grid.lock");
  const refuse = (cause: { code?: string }) => {
    const why = cause.code === "EEXIST" || cause.code === "ENOTDIR" ? "there is a file of that name" : cause.code;
    throw new UserError("file", `${cleaned(folder)}: no folder can be made or used there (${why}); give another -o.`, {
      cause,
    });
  };
  await files.makeFolder(folder).catch(refuse);
  const lock = await files.lock(path).catch(refuse);
  if (!lock) {
    throw new UserError(
      "file",
      `${cleaned(folder)} is being filled by another pastiche (${cleaned(path)}): wait for it, or give another -o.`,
    );
  }
  return () => lock.release().catch(() => {});
}
