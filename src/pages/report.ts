/**
 * The page about one job: its inputs, its result over the photo, how it came to be, what the losses did, and the command
 * that makes it again. Facts in, HTML out: where they come from, it refuses to know.
 */
import { type Band, type Curves, chart } from "./curves.ts";
import { type Html, html } from "./html.ts";
import { page } from "./page.ts";
import { compare, image, type PagePicture } from "./picture.ts";

/** A picture that went in: its role (`photo`, `painting`) and its file's name. */
export interface Input {
  readonly role: string;
  readonly name: string;
  readonly picture: PagePicture;
}

export interface Snapshot {
  readonly step: number;
  readonly picture: PagePicture;
}

/** A name and what it is, for people. */
export type Fact = readonly [name: string, value: string];

export interface Report {
  readonly title: string;
  /** A line below the title. */
  readonly about: string;
  /** What is wrong with it, if the job was stopped. */
  readonly warning?: string | undefined;
  readonly inputs: readonly Input[];
  /** What the result is laid over; a texture has nothing of the kind. */
  readonly before?: Input | undefined;
  readonly result: PagePicture;
  readonly snapshots: readonly Snapshot[];
  readonly facts: readonly Fact[];
  readonly curves: Curves;
  readonly bands: readonly Band[];
  readonly command: string;
  readonly settings: readonly Fact[];
  readonly made: string;
  readonly key: string;
}

/** The page as text. */
export function reportPage(report: Report): string {
  const { title, about, warning, inputs, before, result, snapshots, facts, curves, bands, command, settings } = report;
  const words = { before: before?.role ?? "", after: "result" };
  const body = html`<header>
<h1>${title}</h1>
<p>${about}</p>
${warning !== undefined && html`<p class="bad">${warning}</p>`}
</header>
<main>
<div class="result">
<div id="result">${compare(before?.picture, result, words)}</div>
<aside>
<div class="inputs">${inputs.map(({ role, name, picture }) => html`<figure>${image(picture, `the ${role}`)}<figcaption><b>${role}</b>${name}</figcaption></figure>`)}</div>
${factList(facts)}
</aside>
</div>
${snapshots.length > 0 && [html`<h2>Snapshots</h2>`, strip(snapshots, result)]}
<h2>Losses</h2>
${chart(curves, bands)}
<h2>Settings</h2>
${commandBox(command)}
${settingsBox(settings)}
</main>`;
  return page({ title, made: report.made, key: report.key, body });
}

/** Snapshots that show themselves in the result's place. */
function strip(snapshots: readonly Snapshot[], result: PagePicture): Html {
  const one = (name: string, picture: PagePicture, pressed: boolean) =>
    html`<button type="button" aria-pressed="${String(pressed)}" data-name="${name}">${image(picture, name)}<span>${name}</span></button>`;
  return html`<div class="strip" data-shows="#result">
${snapshots.map(({ step, picture }) => one(`step ${step}`, picture, false))}
${one("result", result, true)}
</div>`;
}

/** The snapshots that a page has, for the page of the same job gone on with: `strip` backwards. */
export function readSnapshots(page: string): Snapshot[] {
  const found = page.matchAll(/data-name="step (\d+)"><img src="(data:[^"]*)" width="(\d+)" height="(\d+)"/g);
  return [...found].map(([, step, data, width, height]) => ({
    step: Number(step),
    picture: { data: data!, width: Number(width), height: Number(height) },
  }));
}

export function factList(facts: readonly Fact[]): Html {
  return html`<dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

/** A command line, to be copied. */
export function commandBox(command: string): Html {
  return html`<div class="command"><code>${command}</code><button type="button" class="copy">Copy</button></div>`;
}

function settingsBox(settings: readonly Fact[]): Html {
  return html`<details><summary>All settings</summary><dl>${settings.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></details>`;
}
