/** uPlot, told how a loss is drawn. It knows numbers and an element. */
import "uplot/dist/uPlot.min.css";

export interface Losses {
  readonly steps: readonly number[];
  readonly terms: Readonly<Record<string, readonly number[]>>;
}

export interface Chart {
  show(losses: Losses): void;
  remove(): void;
}

const HUES = [210, 30, 140, 320, 75, 265, 0, 180, 50];
const HEIGHT = 220;

/** A chart in `place`, as wide as that. */
export async function chartOf(place: HTMLElement): Promise<Chart> {
  const { default: UPlot } = await import("uplot");
  const ink = getComputedStyle(place).color;
  const axis = { stroke: ink, grid: { stroke: "#8883", width: 1 }, ticks: { show: false }, font: "11px system-ui" };
  let plot: InstanceType<typeof UPlot> | undefined;
  let names = "";
  const build = (terms: readonly string[]) => {
    plot?.destroy();
    const series = terms.map((label, i) => ({
      label,
      stroke: `hsl(${HUES[i % HUES.length]} 65% 50%)`,
      width: 1.5,
      points: { show: false },
      value: (_: unknown, value: number | null) => (value === null ? "" : value.toPrecision(2)),
    }));
    plot = new UPlot(
      {
        width: place.clientWidth,
        height: HEIGHT,
        padding: [8, 4, 0, 0],
        scales: { x: { time: false }, y: { distr: 3 } },
        axes: [axis, { ...axis, size: 44, values: (_, splits) => splits.map(decade) }],
        series: [{ label: "step" }, ...series],
        legend: { live: true },
      },
      [[], ...terms.map(() => [])],
      place,
    );
  };
  const resized = new ResizeObserver(() => plot?.setSize({ width: place.clientWidth, height: HEIGHT }));
  resized.observe(place);
  return {
    show({ steps, terms }) {
      // What has no logarithm has no point; what is nothing all along, no line.
      const drawn = Object.entries(terms).filter(([, values]) => values.some((value) => value > 0));
      if (drawn.length === 0) return;
      const wanted = drawn.map(([name]) => name);
      if (names !== wanted.join()) build(wanted);
      names = wanted.join();
      plot!.setData([[...steps], ...drawn.map(([, values]) => values.map((value) => (value > 0 ? value : null)))]);
      // Where no cursor is, the legend tells the last values.
      if (plot!.cursor.idx == null) plot!.setLegend({ idx: steps.length - 1 });
    },
    remove() {
      resized.disconnect();
      plot?.destroy();
    },
  };
}

/** A power of ten as its label; the lines between have none. */
function decade(value: number | null): string {
  const power = Math.log10(value ?? Number.NaN);
  return Number.isInteger(Number(power.toFixed(6))) ? String(Number(value!.toPrecision(1))) : "";
}
