/** What the picture in view is compared with, beside it: another branch, or a result. */
import { computed, effect, signal } from "@preact/signals";
import { arrangement, look } from "../page/view.ts";
import type { Stopped } from "../pictures/store.ts";
import type { Project } from "../project/project.ts";
import { beside, branchName, current } from "./branches.ts";
import { type Shown, shown } from "./state.ts";

/** What made a picture, as far as it is here, and where it was stopped. */
export interface Origin extends Project {
  readonly stopped?: Stopped | undefined;
}

interface Counterpart {
  readonly name: string;
  readonly origin: Origin;
  readonly picture: Shown;
}

const result = signal<(Counterpart & { readonly id: number }) | undefined>(undefined);

/** The id of the result that is compared with, if it is one. */
export const compared = computed(() => result.value?.id);

const branch = computed((): Counterpart | undefined => {
  const picture = beside.value?.course.shown;
  if (!beside.value || !picture) return undefined;
  return { name: branchName(beside.value.id), origin: beside.value.project, picture };
});

export const counterpart = computed((): Counterpart | undefined => result.value ?? branch.value);

/** The picture of it. */
export const pictureBeside = computed(() => counterpart.value?.picture);

/** Whether there are two pictures to compare. */
export const canCompare = computed(() => counterpart.value !== undefined && shown.value !== undefined);

/** Shows a result beside the picture in view. */
export function compareWith(id: number, origin: Origin, picture: Shown): void {
  result.value = { id, name: "Another result", origin, picture };
  look(arrangement.peek());
}

/** Compares with no result any more. */
export function stopComparing(): void {
  if (result.peek()) look("result");
  result.value = undefined;
}

// A branch that was begun or chosen is compared with the one before.
effect(() => {
  void current.value;
  result.value = undefined;
});
