/**
 * Loss curves as a chart: an inline SVG with one line for each term, on a logarithmic scale, which the page's script gives
 * a cursor. Numbers in, HTML out; which losses there are, it refuses to know.
 */
import { type Html, html } from "./html.ts";

/** What is known of a job's losses. */
export interface Curves {
  /** The steps that are told of, ascending. */
  readonly steps: readonly number[];
  /** By the term's name, its share of the loss at each of these steps. */
  readonly terms: Readonly<Record<string, readonly number[]>>;
  /** One step is told of every so many. */
  readonly every: number;
}

/** Steps `from` (excluded) to `to`, and what they are called. */
export interface Band {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

/** So much below the largest value the chart ends: what is smaller is nothing to the eye. */
const DEPTH = 7;

/**
 * The chart. A line's points are `step,-log10(value)`, so that the script reads the values from it; a value of 0 has no
 * place on the scale and no point.
 */
export function chart({ steps, terms, every }: Curves, bands: readonly Band[]): Html {
  const total = steps.map((_, i) => Object.values(terms).reduce((sum, values) => sum + (values[i] ?? 0), 0));
  const lines = Object.entries(terms).map(([name, values], i) => ({ name, values, kind: `k${i % 9}` }));
  const drawn = [...lines, { name: "total", values: total, kind: "all" }].filter(({ values }) => values.some(shown));
  if (steps.length === 0 || drawn.length === 0) return html`<p class="quiet">No step of it is known.</p>`;
  const logs = drawn.flatMap(({ values }) => values.filter(shown).map(Math.log10));
  const highest = largest(logs);
  const lowest = Math.max(highest - DEPTH, -largest(logs.map((value) => -value)));
  const room = Math.max(0.1, (highest - lowest) * 0.05);
  const [top, bottom] = [highest + room, lowest - room];
  const [first, last] = [steps[0]!, Math.max(steps.at(-1)!, steps[0]! + 1)];
  const across = (step: number) => percent((step - first) / (last - first));
  const down = (value: number) => percent((top - value) / (top - bottom));
  const box = [first, -top, last - first, top - bottom].map((x) => Number(x.toFixed(4))).join(" ");
  const inside = bands.filter(({ from, to }) => to > first && from < last);
  const about = `Loss by step, on a logarithmic scale, steps ${steps[0]} to ${steps.at(-1)}; arrow keys read the values`;
  return html`<figure class="chart">
<div class="plot" tabindex="0" role="group" aria-label="${about}">
${decades(bottom, top).map(
  ({ value, label }) =>
    html`<i class="row" style="top:${down(value)}"></i><b class="y" style="top:${down(value)}">${label}</b>`,
)}
${inside.map(
  ({ from, to, label }) =>
    html`<i class="band" style="left:${across(Math.max(from, first))};width:${percent((Math.min(to, last) - Math.max(from, first)) / (last - first))}"><span>${label}</span></i>`,
)}
<svg viewBox="${box}" preserveAspectRatio="none" aria-hidden="true">
${drawn.map(({ name, values, kind }) => html`<polyline class="${kind}" data-name="${name}" points="${points(steps, values)}"/>`)}
</svg>
<div class="cursor" hidden></div>
${ticks(first, last).map((step) => html`<b class="x" style="left:${across(step)}">${step}</b>`)}
</div>
<figcaption><span class="where" aria-live="polite">after step ${steps.at(-1)}</span><ul class="legend">
${drawn.map(
  ({ name, values, kind }) =>
    html`<li><button type="button" aria-pressed="true" data-name="${name}"><i class="${kind}"></i>${name}<output>${spoken(values.at(-1) ?? 0)}</output></button></li>`,
)}
</ul>${every > 1 && html`<span class="quiet">One point every ${every} steps.</span>`}</figcaption>
</figure>`;
}

/** What the first chart of a page knows, up to step `last`, for the page of the same job gone on with: `chart` backwards. */
export function readCurves(page: string, last: number): Curves {
  const lines = [...page.matchAll(/<polyline class="(?:k\d|all)" data-name="([^"]*)" points="([^"]*)"/g)].map(
    ([, name, points]) => [name!, new Map(points!.split(" ").map(readPoint))] as const,
  );
  const end = lines.findIndex(([name]) => name === "total");
  const steps = [...(lines[end]?.[1].keys() ?? [])].filter((step) => step <= last);
  const terms = lines
    .slice(0, Math.max(0, end))
    .map(([name, values]) => [name, steps.map((step) => values.get(step) ?? 0)]);
  const every = Number(/One point every (\d+) steps/.exec(page)?.[1] ?? 1);
  return { steps, terms: Object.fromEntries(terms), every };
}

function readPoint(point: string): [step: number, value: number] {
  const [step, y] = point.split(",").map(Number) as [number, number];
  return [step, 10 ** -y];
}

function shown(value: number): boolean {
  return value > 0 && Number.isFinite(value);
}

/** `Math.max` of any number of values. */
function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}

function points(steps: readonly number[], values: readonly number[]): string {
  return steps
    .flatMap((step, i) => (shown(values[i] ?? 0) ? [`${step},${Number((-Math.log10(values[i]!)).toFixed(4))}`] : []))
    .join(" ");
}

/** Powers of ten in the range; where there are not two of them, twice and five times as much too. */
function decades(bottom: number, top: number): { value: number; label: string }[] {
  const marks = (factors: readonly number[]) => {
    const found: { value: number; label: string }[] = [];
    for (let power = Math.floor(bottom); power <= Math.ceil(top); power++) {
      for (const factor of factors) {
        const value = power + Math.log10(factor);
        if (value >= bottom && value <= top) found.push({ value, label: spoken(factor * 10 ** power) });
      }
    }
    return found;
  };
  const tens = marks([1]);
  return tens.length >= 2 ? tens : marks([1, 2, 5]);
}

/** About five round numbers of steps. */
function ticks(first: number, last: number): number[] {
  const rough = (last - first) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const unit = Math.max(1, [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough)!);
  const start = Math.ceil(first / unit) * unit;
  return Array.from({ length: Math.max(1, Math.floor((last - start) / unit) + 1) }, (_, i) => start + i * unit);
}

/** Three digits, the way the script writes them too. */
function spoken(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function percent(part: number): string {
  return `${Number((100 * part).toFixed(3))}%`;
}
