/** Files that come in over the whole window: dropped, or pasted. */
import { signal } from "@preact/signals";
import { type Place, takeFiles, usualPlace } from "./arrivals.ts";

/** Something is held over the window. */
export const dropping = signal(false);

/** Listens until it is told to stop. */
export function receiveFiles(): () => void {
  const listening = new AbortController();
  const on = <Name extends keyof WindowEventMap>(name: Name, listen: (event: WindowEventMap[Name]) => void) =>
    addEventListener(name, listen, { signal: listening.signal });
  on("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    dropping.value = true;
  });
  on("dragleave", ({ relatedTarget }) => {
    if (relatedTarget === null) dropping.value = false;
  });
  on("drop", (event) => {
    event.preventDefault();
    dropping.value = false;
    void takeFiles([...(event.dataTransfer?.files ?? [])], placeAt(event.target));
  });
  on("paste", ({ clipboardData }) => {
    void takeFiles([...(clipboardData?.files ?? [])], usualPlace());
  });
  return () => listening.abort();
}

/** Dropped on the paintings, it is one. */
function placeAt(target: EventTarget | null): Place {
  const section = target instanceof Element ? target.closest<HTMLElement>("[data-place]") : null;
  return (section?.dataset.place as Place | undefined) ?? usualPlace();
}
