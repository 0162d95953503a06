/** The script of a page: makes its components interactive, with the data that the page holds. */
import { hydrate } from "preact";
import { GridPage } from "../components/grid.tsx";
import { ReportPage } from "../components/report.tsx";
import type { GridReport, Report } from "../facts.ts";

const images = [...document.querySelectorAll<HTMLImageElement>("img[data-picture]")];
const sources = new Map(images.filter((one) => one.src).map((one) => [one.dataset.picture, one.src]));
// A picture is in the page once, however often it is shown.
for (const one of images) if (!one.src) one.src = sources.get(one.dataset.picture)!;

const text = document.getElementById("data")!.textContent!;
const data: Report | GridReport = JSON.parse(text, (key, value) =>
  key === "src" ? sources.get(value.slice("picture:".length)) : value,
);
hydrate("tables" in data ? <GridPage {...data} /> : <ReportPage {...data} />, document.getElementById("page")!);
