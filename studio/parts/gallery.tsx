/** The results of this browser as small pictures; a click sets everything as it was, another shows one beside the picture in view. */
import { computed } from "@preact/signals";
import {
  compareResult,
  differences,
  inView,
  openResult,
  type Result,
  removeResult,
  results,
} from "../pictures/gallery.ts";
import { compared } from "../run/counterpart.ts";
import { isOfPhoto, shown } from "../run/state.ts";
import { Icon } from "./controls/icon.tsx";

/** Whether there is a picture in view to compare with. */
const canCompare = computed(() => shown.value !== undefined && isOfPhoto.value);

export function Gallery() {
  const all = results.value;
  if (all.length === 0) return null;
  return (
    <section aria-labelledby="results-heading">
      <h2 id="results-heading">Results</h2>
      <div class="tiles">
        {all.map((result, i) => (
          <Tile key={result.id} result={result} title={titleOf(result, all[i + 1])} />
        ))}
      </div>
    </section>
  );
}

function titleOf(result: Result, neighbour: Result | undefined): string {
  return [result.name, differences(result, neighbour)].filter(Boolean).join(": ");
}

/** It is rendered again for other results alone, not for every preview: signals that it reads are compared. */
function Tile({ result, title }: { readonly result: Result; readonly title: string }) {
  const viewed = inView.value?.id === result.id;
  const beside = compared.value === result.id;
  return (
    <div class="tile" data-chosen={viewed || undefined} data-beside={beside || undefined}>
      <button
        type="button"
        title={title}
        aria-label={`Open ${title}`}
        aria-current={viewed ? "true" : undefined}
        onClick={() => void openResult(result)}
      >
        <img src={result.url} alt="" loading="lazy" decoding="async" draggable={false} />
      </button>
      {result.stopped && (
        <span class="badge">
          <Icon name="stop" />
        </span>
      )}
      {!viewed && canCompare.value && (
        <button
          type="button"
          class="beside left"
          title="Show it beside the picture in view"
          aria-label={`Show beside: ${title}`}
          aria-pressed={beside}
          onClick={() => void compareResult(result)}
        >
          <Icon name="pair" />
        </button>
      )}
      <button
        type="button"
        class="beside"
        title="Remove"
        aria-label={`Remove ${result.name}`}
        onClick={() => removeResult(result)}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
