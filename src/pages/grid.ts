/**
 * The page about a grid of jobs: all results in tables, and one of them at a time over its photo, with its curves and the
 * command that makes it. Facts in, HTML out: where they come from, it refuses to know.
 */
import { type Band, type Curves, chart } from "./curves.ts";
import { type Html, html } from "./html.ts";
import { page } from "./page.ts";
import { compare, image, type PagePicture } from "./picture.ts";
import { commandBox, type Fact, factList, type Input } from "./report.ts";

/** One place of the grid. */
export interface GridCell {
  /** As people read it: `alpha 0.1, style-scale 2`. */
  readonly name: string;
  /** Large, and small for the table; undefined for one that failed or was not run. */
  readonly picture: PagePicture | undefined;
  readonly thumbnail: PagePicture | undefined;
  /** Why there is no picture. */
  readonly error?: string | undefined;
  /** The file of the single picture, beside the page. */
  readonly file: string;
  /** Which of the inputs it is compared with. */
  readonly before: number;
  readonly facts: readonly Fact[];
  readonly curves: Curves;
  readonly bands: readonly Band[];
  readonly command: string;
}

export interface GridTable {
  readonly caption?: string | undefined;
  /** What is varied, and the value. */
  readonly columns: readonly Fact[];
  readonly rows: readonly { readonly label?: Fact | undefined; readonly cells: readonly GridCell[] }[];
}

export interface GridReport {
  readonly title: string;
  readonly about: string;
  readonly warning?: string | undefined;
  readonly inputs: readonly Input[];
  readonly tables: readonly GridTable[];
  /** Width over height of a place without a picture. */
  readonly ratio: number;
  readonly made: string;
  readonly key: string;
}

/** The page as text. */
export function gridPage({ title, about, warning, inputs, tables, ratio, made, key }: GridReport): string {
  const cells = tables.flatMap(({ rows }) => rows.flatMap((row) => row.cells));
  const idOf = (cell: GridCell) => `cell-${cells.indexOf(cell) + 1}`;
  const compared = cells.filter(({ picture }) => picture).map((cell): Other => ({ id: idOf(cell), name: cell.name }));
  const body = html`<header>
<h1>${title}</h1>
<p>${about}</p>
${warning !== undefined && html`<p class="bad">${warning}</p>`}
</header>
<main class="grid">
<div>
<div class="tables">${tables.map((table) => tableOf(table, idOf, ratio))}</div>
<h3>Made of</h3>
<div class="inputs">${inputs.map(({ role, name, picture }, i) => html`<figure>${inputImage(picture, role, i)}<figcaption><b>${role}</b>${name}</figcaption></figure>`)}</div>
</div>
<div class="detail">${cells.map((cell) =>
    detail(
      cell,
      idOf(cell),
      compared.filter(({ id }) => id !== idOf(cell)),
    ),
  )}</div>
</main>`;
  return page({ title, made, key, body });
}

function inputImage({ data, width, height }: PagePicture, role: string, index: number): Html {
  return html`<img id="input-${index}" src="${data}" width="${width}" height="${height}" alt="the ${role}">`;
}

function tableOf({ caption, columns, rows }: GridTable, idOf: (cell: GridCell) => string, ratio: number): Html {
  const labelled = rows.some(({ label }) => label !== undefined);
  return html`<table style="--columns:${Math.max(1, ...rows.map(({ cells }) => cells.length))}">${caption !== undefined && html`<caption>${caption}</caption>`}
${columns.length > 0 && html`<thead><tr>${labelled && html`<td></td>`}${columns.map((column) => html`<th scope="col">${heading(column)}</th>`)}</tr></thead>`}
<tbody>${rows.map(
    ({ label, cells }) =>
      html`<tr>${label && html`<th scope="row">${heading(label)}</th>`}${cells.map(
        (cell) =>
          html`<td><label><input type="radio" name="cell" value="${idOf(cell)}">${place(cell, ratio)}</label></td>`,
      )}</tr>`,
  )}</tbody></table>`;
}

/** Another cell that has a picture. */
interface Other {
  readonly id: string;
  readonly name: string;
}

function heading([name, value]: Fact): Html {
  return html`<small>${name}</small>${value}`;
}

function place({ thumbnail, error, name }: GridCell, ratio: number): Html {
  if (thumbnail) return image(thumbnail, name);
  return html`<div class="none${error !== undefined && " bad"}" style="aspect-ratio:${ratio}" role="img" aria-label="${name}"><span>${error === undefined ? "not run" : "failed"}</span></div>`;
}

function detail(cell: GridCell, id: string, others: readonly Other[]): Html {
  const { name, picture, error, file, before, facts, curves, bands, command } = cell;
  return html`<article class="cell" id="${id}" aria-label="${name}">
<h2>${name}</h2>
${picture && compare({ id: `input-${before}` }, picture, { before: "photo", after: "result" })}
${picture && others.length > 0 && html`<p class="against"><label>Compare with <select data-photo="input-${before}"><option value="">the photo</option>${others.map(({ id, name }) => html`<option value="${id}">${name}</option>`)}</select></label></p>`}
${error !== undefined && html`<p class="bad">${error}</p>`}
${!picture && error === undefined && html`<p class="quiet">Not run yet: the same command goes on with it.</p>`}
${factList(facts)}
${picture && html`<p class="file"><a href="${encodeURI(file)}">${file}</a></p>`}
${curves.steps.length > 0 && chart(curves, bands)}
<h3>Command</h3>
${commandBox(command)}
</article>`;
}
