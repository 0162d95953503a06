/** What the stage shows: the photo, the painting, both on either side of a line, or two paintings beside each other. */
import { computed, signal } from "@preact/signals";

export type View = "photo" | "split" | "result" | "pair";

export const view = signal<View>("result");
const line = signal(50);

/** How much of the photo is seen from the left, in percent. */
export const viewCut = computed(() => (view.value === "photo" ? 100 : view.value === "split" ? line.value : 0));

/** Shows that; `at` moves the line, in percent from the left. */
export function look(what: View, at?: number): void {
  view.value = what;
  if (at !== undefined) line.value = at;
}
