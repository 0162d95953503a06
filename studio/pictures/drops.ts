/** Files that come in over the whole window: dropped, or pasted. */
import { signal } from "@preact/signals";
import { takeAnywhere, takeFiles } from "./arrivals.ts";
import type { Place } from "./kept-project.ts";

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
    const files = [...(event.dataTransfer?.files ?? [])];
    const place = placeAt(event.target);
    void (place ? takeFiles(files, place) : takeAnywhere(files));
  });
  on("paste", ({ clipboardData }) => {
    void takeAnywhere([...(clipboardData?.files ?? [])]);
  });
  return () => listening.abort();
}

/** What a drop at a place of the page means, where it means something. */
function placeAt(target: EventTarget | null): Place | undefined {
  const section = target instanceof Element ? target.closest<HTMLElement>("[data-place]") : null;
  return section?.dataset.place as Place | undefined;
}
