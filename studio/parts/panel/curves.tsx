/** Every term of the loss by step, as it falls. */
import { useEffect, useState } from "preact/hooks";
import { LossChart } from "../../../src/pages/components/loss-chart.tsx";
import { bytesText } from "../../page/words.ts";
import { bareName } from "../../project/contrast.ts";
import { project } from "../../project/project.ts";
import { colors } from "../../project/regions.ts";
import { begun, curves, type Losses, start } from "../../run/state.ts";

/** Drawn anew so often at most, in milliseconds. */
const EVERY = 250;

/** Terms of regions are called after their colours; here, after the painting that has it. */
function named({ steps, terms }: Losses): Losses {
  const { paintings } = begun.value?.project ?? project.value;
  const name = (term: string) => {
    const painting = paintings[colors.findIndex((color) => term.endsWith(` ${color}`))];
    return painting ? term.replace(/#\w+$/, bareName(painting)) : term;
  };
  return { steps, terms: Object.fromEntries(Object.entries(terms).map(([term, values]) => [name(term), values])) };
}

export function Curves() {
  const [shown, setShown] = useState(curves.peek());
  useEffect(() => {
    let due: ReturnType<typeof setTimeout> | undefined;
    const draw = () => {
      due = undefined;
      setShown(curves.peek());
    };
    const leave = curves.subscribe(() => {
      due ??= setTimeout(draw, EVERY);
    });
    return () => {
      clearTimeout(due);
      leave();
    };
  }, []);
  return (
    <>
      <LossChart curves={named(shown)} />
      {start.value && (
        <p class="hint">
          {start.value.runtime}; {start.value.model}; at most about {bytesText(start.value.peak)} of memory
        </p>
      )}
    </>
  );
}
