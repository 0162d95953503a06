/** One of a few, side by side: radio buttons that look like a row of buttons. */
import { useId } from "preact/hooks";

interface Option<T> {
  readonly value: T;
  readonly label: string;
}

interface ChoiceProps<T> {
  readonly label: string;
  readonly value: unknown;
  readonly options: readonly Option<T>[];
  readonly hint?: string | undefined;
  readonly onValue: (value: T) => void;
}

export function Choice<T extends string | number>({ label, value, options, hint, onValue }: ChoiceProps<T>) {
  const name = useId();
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      <div class="options">
        {options.map((option) => (
          <label key={option.value} data-chosen={option.value === value || undefined}>
            <input
              type="radio"
              class="unseen"
              name={name}
              checked={option.value === value}
              onChange={() => onValue(option.value)}
            />
            {option.label}
          </label>
        ))}
      </div>
      {hint && <p class="hint">{hint}</p>}
    </fieldset>
  );
}
