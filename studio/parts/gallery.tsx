/** The results of this browser as small pictures; a click sets everything as it was. */
import { differences, openResult, removeResult, results } from "../pictures/gallery.ts";
import { shown } from "../run/state.ts";
import { Icon } from "./controls/icon.tsx";

export function Gallery() {
  const all = results.value;
  if (all.length === 0) return null;
  return (
    <section aria-labelledby="results-heading">
      <h2 id="results-heading">Results</h2>
      <div class="tiles">
        {all.map((result, i) => {
          const title = [result.name, differences(result, all[i + 1])].filter(Boolean).join(": ");
          return (
            <div key={result.id} class="tile" data-chosen={shown.value?.file === result.file || undefined}>
              <button type="button" title={title} aria-label={`Open ${title}`} onClick={() => void openResult(result)}>
                <img src={result.url} alt="" draggable={false} />
              </button>
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
        })}
      </div>
    </section>
  );
}
