/** Every term of the loss by step, on a logarithmic scale, as it falls. The chart is loaded when it is first looked at. */
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { bytesText } from "../../page/words.ts";
import { chartOf } from "../../run/chart.ts";
import { curves, start } from "../../run/run.ts";

/** Drawn anew so often at most, in milliseconds. */
const EVERY = 250;

export function Curves() {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let gone = false;
    let leave = () => {};
    void chartOf(place.current!).then((chart) => {
      if (gone) return chart.remove();
      let due: ReturnType<typeof setTimeout> | undefined;
      const draw = () => {
        due = undefined;
        chart.show(curves.peek());
      };
      const stop = effect(() => {
        void curves.value;
        due ??= setTimeout(draw, EVERY);
      });
      draw();
      leave = () => {
        clearTimeout(due);
        stop();
        chart.remove();
      };
    });
    return () => {
      gone = true;
      leave();
    };
  }, []);
  return (
    <>
      <div class="curves" ref={place} role="img" aria-label={summary()} />
      {start.value && (
        <p class="hint">
          {start.value.runtime}; {start.value.model}; at most about {bytesText(start.value.peak)} of memory
        </p>
      )}
    </>
  );
}

/** The last values in words. */
function summary(): string {
  const { steps, terms } = curves.value;
  const last = Object.entries(terms).map(([name, values]) => `${name} ${values.at(-1)?.toPrecision(2)}`);
  return steps.length === 0
    ? "The loss by step: no step yet"
    : `The loss after step ${steps.at(-1)}: ${last.join(", ")}`;
}
