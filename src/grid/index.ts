/** Many variants of one job: grids of settings, and reconstructions from every layer. */
export { readAxes } from "./axes.ts";
export { type FigureRequest, runFigure } from "./figure.ts";
export { cellStates, openFolder } from "./folder.ts";
export { type GridResult, gridFiles, titleOf, writeGridPages } from "./pages.ts";
export { type Cell, type GridPlan, gridFolder, gridSources, planGrid } from "./plan.ts";
export type { CellState } from "./record.ts";
export { type CellEvent, cellRequest, type GridEvent, type GridRun, type OwnStylizer, runGrid } from "./run.ts";
export { type SheetWriter, sheetWriter } from "./sheet-writer.ts";
