/** Every term of the loss by step, as it falls. */
import { useEffect, useState } from "preact/hooks";
import { LossChart } from "../../../src/pages/components/loss-chart.tsx";
import { bytesText } from "../../page/words.ts";
import { curves, start } from "../../run/state.ts";

/** Drawn anew so often at most, in milliseconds. */
const EVERY = 250;

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
      <LossChart curves={shown} />
      {start.value && (
        <p class="hint">
          {start.value.runtime}; {start.value.model}; at most about {bytesText(start.value.peak)} of memory
        </p>
      )}
    </>
  );
}
