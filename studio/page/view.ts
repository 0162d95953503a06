/** What the stage shows: the photo, the painting, or both on either side of a line; two paintings beside each other, or so, too. */
import { computed, signal } from "@preact/signals";

export type View = "photo" | "split" | "result" | "pair" | "wipe";

export const view = signal<View>("result");
const line = signal(50);

/** How two paintings were shown last. */
export const arrangement = signal<"pair" | "wipe">("pair");

/** How much of the photo, or of the other painting, is seen from the left, in percent. */
export const viewCut = computed(() =>
  view.value === "photo" ? 100 : view.value === "split" || view.value === "wipe" ? line.value : 0,
);

/** Shows that; `at` moves the line, in percent from the left. */
export function look(what: View, at?: number): void {
  view.value = what;
  if (what === "pair" || what === "wipe") arrangement.value = what;
  if (at !== undefined) line.value = at;
}
