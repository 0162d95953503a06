/** One of several, folded up, with a sentence on what is chosen. */
interface SelectProps<T extends string> {
  readonly label: string;
  readonly value: T | string;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly hint?: string | undefined;
  readonly onValue: (value: T) => void;
}

export function Select<T extends string>({ label, value, options, hint, onValue }: SelectProps<T>) {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onValue(currentTarget.value as T)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      {hint && <small class="hint">{hint}</small>}
    </label>
  );
}
