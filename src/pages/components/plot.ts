/** A chart of losses drawn by uPlot: a logarithmic scale, levels as bands, and a cursor on the steps. */
import type UPlot from "uplot";
import type { Band } from "../facts.ts";
import { type Line, lossText, marksOf, rangeOf } from "./losses.ts";

export interface PlotData {
  readonly steps: readonly number[];
  readonly lines: readonly Line[];
  readonly bands: readonly Band[];
}

export interface Plot {
  show(data: PlotData): void;
  /** Shows the line called `name` or hides it. */
  toggle(name: string, shown: boolean): void;
  /** Moves the cursor to a step by its index; undefined removes it. */
  point(index: number | undefined): void;
  remove(): void;
}

/** Of lines that have the colour of others, in pixels. */
const DASHES = [
  [8, 4],
  [2, 3],
];

/** Draws in `place`, which has a size; `onPoint` is called with the index of the step under the pointer. */
export async function plotIn(place: HTMLElement, onPoint: (index: number | undefined) => void): Promise<Plot> {
  const { default: Chart } = await import("uplot");
  let { steps, lines, bands }: PlotData = { steps: [], lines: [], bands: [] };
  let plot: UPlot | undefined;
  const color = (name: string) => getComputedStyle(place).getPropertyValue(name).trim();
  const size = () => ({ width: place.clientWidth || 640, height: place.clientHeight || 240 });
  const axis = (): UPlot.Axis => ({
    stroke: () => color("--loss-text"),
    grid: { stroke: () => color("--loss-grid"), width: 1 },
    ticks: { show: false },
    border: { show: true, stroke: () => color("--loss-grid"), width: 1 },
    font: "12px system-ui, sans-serif",
  });
  const build = () => {
    plot?.destroy();
    plot = new Chart(
      {
        ...size(),
        padding: [8, 16, 0, 0],
        pxAlign: false,
        scales: {
          x: { time: false, range: (_, from, to) => [from, Math.max(to, from + 1)] },
          y: {
            distr: 3,
            range: () => {
              const { bottom, top } = rangeOf(lines);
              return [bottom, top];
            },
          },
        },
        axes: [
          {
            ...axis(),
            grid: { show: false },
            size: 32,
            space: 80,
            incrs: [1, 2, 5].flatMap((n) => [n, n * 10, n * 100, n * 1e3, n * 1e4]).sort((a, b) => a - b),
          },
          {
            ...axis(),
            size: 60,
            splits: () => marksOf(rangeOf(lines)),
            filter: (_, splits) => splits,
            values: (_, splits) => splits.map(lossText),
          },
        ],
        series: [
          {},
          ...lines.map((line) => ({
            label: line.name,
            stroke: () => color(line.color),
            width: line.name === "total" ? 2.2 : 1.6,
            ...(line.dash > 0 && { dash: DASHES[(line.dash - 1) % DASHES.length]! }),
            points: { show: steps.length === 1 },
          })),
        ],
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
        hooks: {
          drawAxes: [() => drawBands(plot!, bands, color)],
          setCursor: [({ cursor: { idx } }) => onPoint(idx ?? undefined)],
        },
      },
      [[], ...lines.map(() => [])],
      place,
    );
  };
  const resized = new ResizeObserver(() => place.clientWidth > 0 && plot?.setSize(size()));
  resized.observe(place);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const redraw = () => plot?.redraw(false);
  scheme.addEventListener("change", redraw);
  return {
    show(data) {
      const changed = !plot || data.lines.map(({ name }) => name).join() !== lines.map(({ name }) => name).join();
      ({ steps, lines, bands } = data);
      if (changed) build();
      plot!.setData([[...steps], ...lines.map(({ values }) => [...values])]);
    },
    toggle: (name, show) => plot?.setSeries(1 + lines.findIndex((line) => line.name === name), { show }),
    point: (index) => {
      const left = index === undefined ? -10 : plot!.valToPos(steps[index]!, "x");
      plot?.setCursor({ left, top: index === undefined ? -10 : 0 });
    },
    remove() {
      resized.disconnect();
      scheme.removeEventListener("change", redraw);
      plot?.destroy();
    },
  };
}

/** A dashed line at the end of every level but the last, and its label. */
function drawBands(plot: UPlot, bands: readonly Band[], color: (name: string) => string): void {
  const { ctx, bbox } = plot;
  const { min = 0, max = 0 } = plot.scales.x!;
  const pixel = bbox.width / plot.over.clientWidth || 1;
  ctx.save();
  ctx.font = `${11 * pixel}px system-ui, sans-serif`;
  ctx.textAlign = "right";
  ctx.textBaseline = "top";
  ctx.setLineDash([4 * pixel, 4 * pixel]);
  ctx.lineWidth = pixel;
  ctx.fillStyle = color("--loss-text");
  ctx.strokeStyle = color("--loss-text");
  for (const { from, to, label } of bands) {
    if (to <= min || from >= max) continue;
    const [left, right] = [Math.max(from, min), Math.min(to, max)].map((step) => plot.valToPos(step, "x", true)) as [
      number,
      number,
    ];
    if (ctx.measureText(label).width + 8 * pixel < right - left)
      ctx.fillText(label, right - 6 * pixel, bbox.top + 2 * pixel);
    if (to >= max) continue;
    ctx.globalAlpha = 0.5;
    ctx.beginPath();
    ctx.moveTo(right, bbox.top);
    ctx.lineTo(right, bbox.top + bbox.height);
    ctx.stroke();
    ctx.globalAlpha = 1;
  }
  ctx.restore();
}
