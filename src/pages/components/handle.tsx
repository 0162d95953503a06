/** The line between two pictures: a range input, so that pointer, finger, keys and screen readers move it. */

interface HandleProps {
  readonly label: string;
  /** Percent of the picture that is left of it. */
  readonly value: number;
  /** The picture on the left, as `40% photo` names it. */
  readonly text: string;
  readonly onInput: (value: number) => void;
}

export function Handle({ label, value, text, onInput }: HandleProps) {
  return (
    <div class="handle">
      <span class="line" />
      <input
        type="range"
        min="0"
        max="100"
        step="0.5"
        value={value}
        aria-label={label}
        aria-valuetext={`${Math.round(value)}% ${text}`}
        onInput={({ currentTarget }) => onInput(Number(currentTarget.value))}
      />
    </div>
  );
}
