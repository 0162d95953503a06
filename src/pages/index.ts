/** HTML reports from data. The build bundles this folder; others import it as `#pages`. */
import { GridPage } from "./components/grid.tsx";
import { ReportPage } from "./components/report.tsx";
import { dataOf, documentOf } from "./document.tsx";
import type { GridReport, Report } from "./facts.ts";

export type {
  Band,
  Curves,
  Fact,
  GridCell,
  GridReport,
  GridTable,
  Input,
  PagePicture,
  Report,
  Snapshot,
} from "./facts.ts";

/** The page about a job, as text. */
export function reportPage(report: Report): string {
  return documentOf(report, ReportPage);
}

/** The page about a grid of jobs, as text. */
export function gridPage(report: GridReport): string {
  return documentOf(report, GridPage);
}

/** What a page shows that `reportPage` made; undefined for any other text. */
export function readReport(page: string): Report | undefined {
  return dataOf(page) as Report | undefined;
}
