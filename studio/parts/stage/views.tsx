/** The buttons for what the stage shows. */
import { computed } from "@preact/signals";
import { arrangement, look, type View, view } from "../../page/view.ts";
import { canCompare, compared } from "../../run/counterpart.ts";
import { Icon } from "../controls/icon.tsx";

const VIEWS: readonly { readonly view: View; readonly label: string }[] = [
  { view: "photo", label: "Photo" },
  { view: "split", label: "Both" },
  { view: "result", label: "Painting" },
];

/** What is shown: where there is only one painting, that instead of two. */
export const viewNow = computed((): View => (isOfTwo(view.value) && !canCompare.value ? "result" : view.value));

function isOfTwo(view: View): boolean {
  return view === "pair" || view === "wipe";
}

export function Views() {
  return (
    <fieldset class="pill views">
      <legend class="unseen">What is shown</legend>
      {VIEWS.map(({ view, label }, i) => (
        <button
          key={view}
          type="button"
          aria-pressed={viewNow.value === view}
          title={`${label} (${i + 1})`}
          onClick={() => look(view)}
        >
          {label}
        </button>
      ))}
      {canCompare.value && (
        <button
          type="button"
          aria-pressed={isOfTwo(viewNow.value)}
          title="Two paintings (4 or 5)"
          onClick={() => look(arrangement.value)}
        >
          {compared.value === undefined ? "Branches" : "Two"}
        </button>
      )}
    </fieldset>
  );
}

const ARRANGEMENTS = [
  { name: "pair", label: "Beside each other", word: "Beside", hint: " (4)" },
  { name: "wipe", label: "Over each other", word: "Over", hint: ", with a handle (5)" },
] as const;

/** How two paintings are shown. */
export function Arrangements() {
  return (
    <fieldset class="pill regions">
      <legend class="unseen">How the two are shown</legend>
      {ARRANGEMENTS.map(({ name, label, word, hint }) => (
        <button
          key={name}
          type="button"
          aria-pressed={view.value === name}
          aria-label={label}
          title={`${label}${hint}`}
          onClick={() => look(name)}
        >
          <Icon name={name} /> <span class="word">{word}</span>
        </button>
      ))}
    </fieldset>
  );
}
