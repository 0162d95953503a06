/** A strength as a slider: the default in the middle, given back by a double click; marked where it was changed. */
import { amountText } from "../../project/knobs.ts";
import { positionOf, type Scale, strengthAt } from "../../project/scale.ts";

export interface SliderProps {
  readonly label: string;
  /** What a screen reader calls it, if not by its label. */
  readonly called?: string;
  /** What else is known of the value, beside the label. */
  readonly note?: string;
  readonly value: number;
  readonly scale: Scale;
  readonly changed: boolean;
  readonly low?: string;
  readonly high?: string;
  /** The place of its two ends among the pictures of knobs. */
  readonly pictured?: number | undefined;
  readonly onValue: (value: number) => void;
  readonly onReset: () => void;
}

export function Slider(props: SliderProps) {
  const { label, called = label, note, value, scale, changed, low, high, pictured, onValue, onReset } = props;
  const amount = amountText(value, scale.usual);
  const about = scale.usual > 0 ? `${value}, ${amount} of the default ${scale.usual}` : `${value}; the default is 0`;
  return (
    <div class="knob" data-changed={changed || undefined} title={about}>
      <div class="knob-head">
        <span>
          {label} {note && <small>{note}</small>}
        </span>
        {changed ? (
          <button type="button" class="quiet" title={`${about}; back to it`} onClick={onReset}>
            {amount}
            <span class="unseen">, back to the default</span>
          </button>
        ) : (
          <output>{amount}</output>
        )}
      </div>
      <input
        type="range"
        min="0"
        max="1"
        step="0.01"
        value={positionOf(value, scale)}
        aria-label={called}
        aria-valuetext={note ? `${note}: ${about}` : about}
        onInput={({ currentTarget }) => onValue(strengthAt(Number(currentTarget.value), scale))}
        onDblClick={onReset}
      />
      {low && (
        <div class="ends" aria-hidden="true">
          <span>
            {pictured !== undefined && <i style={{ "--tile": 2 * pictured }} />}
            {low}
          </span>
          <span>
            {high}
            {pictured !== undefined && <i style={{ "--tile": 2 * pictured + 1 }} />}
          </span>
        </div>
      )}
    </div>
  );
}
