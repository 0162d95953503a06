/** Messages about grids, as text and as JSON. */
import { basename } from "node:path";
import { type GridResult, gridFiles, titleOf } from "../../grid/pages.ts";
import type { GridPlan } from "../../grid/plan.ts";
import type { CellState } from "../../grid/record.ts";
import type { Paths } from "../../jobs/paths.ts";

/** The plan in lines: how many pictures, how large, in which order. How long it takes is known only when it runs. */
export function planLines(plan: GridPlan, folder: string, states: ReadonlyMap<unknown, CellState>): string[] {
  const { axes, order, cells, steps } = plan;
  const sizes = [...new Set(cells.map(({ levels }) => `${levels.at(-1)!.width}x${levels.at(-1)!.height}`))];
  const kept = [...states.values()].filter(({ done }) => done).length;
  const product = axes.length > 1 ? ` (${axes.map(({ values }) => values.length).join(" x ")})` : "";
  const size = sizes.length > 3 ? `${sizes[0]} to ${sizes.at(-1)}` : sizes.join(", ");
  const names = order.map((axis) => axes[axis]!.name);
  return [
    `${titleOf(plan, { basename })}: ${cells.length} ${cells.length === 1 ? "picture" : "pictures"}${product} of ${size}, ${steps} steps in all, into ${folder}`,
    ...axes.map((axis) => `  ${axis.name}: ${listedValues(axis)}`),
    ...(names.length > 1 ? [`Order: ${names.join(", then ")}; ${names.at(-1)} changes fastest.`] : []),
    ...(kept > 0 ? [`${kept} of them are there already and are kept.`] : []),
  ];
}

/** The values in a row, apart from each other even where they hold commas. */
function listedValues({ values }: GridPlan["axes"][number]): string {
  const labels = values.map(({ label }) => label);
  return labels.join(labels.some((label) => label.includes(",")) ? "; " : ", ");
}

export function planRecord({ axes, order, cells, steps }: GridPlan, folder: string) {
  return {
    folder,
    axes: axes.map(({ name, setting, values }) => ({ name, setting, values: values.map(({ label }) => label) })),
    order: order.map((axis) => axes[axis]!.name),
    steps,
    cells: cells.map(({ name, file, settings, levels }) => ({ name, file, settings, levels })),
  };
}

/** What is worth a line when not everything is done. */
export function stoppedLines({ plan: { cells }, states, stopped }: GridResult): string[] {
  const done = cells.filter((cell) => states.get(cell)?.done).length;
  if (stopped) return [`Stopped with ${done} of ${cells.length} pictures. To go on: the same command.`];
  if (done === cells.length) return [];
  return [`${cells.length - done} of ${cells.length} failed; the page says why. The same command tries them again.`];
}

/** One object about the result, for standard output. */
export function gridRecord({ plan, folder, states, seconds, stopped }: GridResult, { join }: Pick<Paths, "join">) {
  return {
    folder,
    sheet: join(folder, gridFiles.sheet),
    page: join(folder, gridFiles.page),
    seconds,
    ...(stopped && { stopped }),
    cells: plan.cells.map((cell) => {
      const { outcome, done = false, error } = states.get(cell) ?? {};
      const { name, file } = cell;
      return { name, file, done, error, loss: outcome?.loss, seconds: outcome?.seconds };
    }),
  };
}
