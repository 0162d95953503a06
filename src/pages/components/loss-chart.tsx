/** Losses by step: a chart, and a legend of buttons with the values at the cursor, which pointer and arrow keys move. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Band, Curves } from "../facts.ts";
import { linesOf, lossText } from "./losses.ts";
import { type Plot, type PlotData, plotIn } from "./plot.ts";

interface LossChartProps {
  readonly curves: Pick<Curves, "steps" | "terms"> & Partial<Curves>;
  readonly bands?: readonly Band[];
}

export function LossChart({ curves, bands = none }: LossChartProps) {
  const { steps, every = 1 } = curves;
  const lines = useMemo(() => linesOf(curves), [curves]);
  const [cursor, setCursor] = useState<number>();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const place = useRef<HTMLDivElement>(null);
  const plot = usePlot(place, { steps, lines, bands }, setCursor);
  if (lines.length === 0) return <p class="quiet">No step is known.</p>;
  const last = steps.length - 1;
  const shown = Math.min(cursor ?? last, last);
  const toggle = (name: string) => {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    setHidden(next);
    plot.current?.toggle(name, !next.has(name));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const stride = event.shiftKey ? 10 : 1;
    const to = {
      ArrowLeft: (cursor ?? last + 1) - stride,
      ArrowRight: (cursor ?? -1) + stride,
      Home: 0,
      End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const index = Math.max(0, Math.min(last, to));
    plot.current?.point(index);
    setCursor(index);
  };
  const about = `Loss by step, on a logarithmic scale, steps ${steps[0]} to ${steps[last]}; arrow keys read the values`;
  return (
    <figure class="losses">
      {/* biome-ignore lint/a11y/useSemanticElements: a chart is no fieldset */}
      <div
        class="plot"
        ref={place}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys read the values
        tabIndex={0}
        role="group"
        aria-label={about}
        onKeyDown={onKeyDown}
        onBlur={() => plot.current?.point(undefined)}
      />
      <figcaption>
        <span class="where" aria-live="polite">
          {cursor === undefined ? `after step ${steps[last]}` : `step ${steps[shown]}`}
        </span>
        <ul class="legend">
          {lines.map(({ name, values, color, dash }) => (
            <li key={name}>
              <button type="button" aria-pressed={!hidden.has(name)} onClick={() => toggle(name)}>
                <i style={`border-color:var(${color})`} data-dash={dash || undefined} />
                {name}
                <output>{lossText(values[shown] ?? 0)}</output>
              </button>
            </li>
          ))}
        </ul>
        {every > 1 && <span class="quiet">One point every {every} steps.</span>}
      </figcaption>
    </figure>
  );
}

const none: readonly Band[] = [];

/** The plot of `data` in `place`, made when that is first visible or printed. */
function usePlot(
  place: { readonly current: HTMLDivElement | null },
  data: PlotData,
  onPoint: (index: number | undefined) => void,
): { readonly current: Plot | undefined } {
  const plot = useRef<Plot | undefined>(undefined);
  const latest = useRef(data);
  latest.current = data;
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let removed = false;
    let begun = false;
    const make = async () => {
      if (begun) return;
      begun = true;
      const made = await plotIn(element, onPoint);
      if (removed) return made.remove();
      plot.current = made;
      made.show(latest.current);
    };
    const visible = new IntersectionObserver((entries) => entries.some((one) => one.isIntersecting) && void make());
    visible.observe(element);
    const beforePrint = () => void make();
    addEventListener("beforeprint", beforePrint);
    return () => {
      removed = true;
      visible.disconnect();
      removeEventListener("beforeprint", beforePrint);
      plot.current?.remove();
      plot.current = undefined;
    };
  }, [data.lines.length > 0]);
  useEffect(() => plot.current?.show(data), [data.lines, data.bands]);
  return plot;
}
