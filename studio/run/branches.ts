/** Branches: alternative courses of a painting. One is current; the others are saved and can be compared or chosen again. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import { change, type Project, project } from "../project/project.ts";
import { type Film, filmNow, lookedAt, showFilm } from "./film.ts";
import { type Course, courseNow, message, showCourse } from "./state.ts";

export interface Branch {
  readonly id: number;
  readonly project: Project;
  readonly course: Course;
  readonly film: Film;
}

/** All but the current one; the one that was current last is the last. */
const kept = signal<readonly Branch[]>([]);
export const otherBranches: ReadonlySignal<readonly Branch[]> = kept;

/** The id of the current branch. */
export const current = signal(0);

/** The ids of all branches, oldest first; empty while there is only one. */
export const branchIds = computed(() =>
  kept.value.length === 0 ? [] : [...kept.value.map(({ id }) => id), current.value].sort((a, b) => a - b),
);

/** The branch to compare with: the previous current one. */
const chosen = signal<number | undefined>(undefined);
export const beside = computed(() => kept.value.find(({ id }) => id === chosen.value) ?? kept.value.at(-1));

/** The largest number of branches; the oldest is dropped. */
const MOST = 4;
let newest = 0;

/** The displayed name of a branch. */
export function branchName(id: number): string {
  return `Branch ${branchIds.value.indexOf(id) + 1}`;
}

/** Saves the current branch and begins another; undo returns to the saved one. */
export function beginBranch(changes: Partial<Project> = {}): void {
  const branch = branchNow();
  newest += 1;
  const id = newest;
  batch(() => {
    if (kept.value.length === MOST - 1) sayDropped();
    kept.value = [...kept.value.filter((one) => one.id !== branch.id), branch].slice(1 - MOST);
    chosen.value = branch.id;
    current.value = id;
    change({ ...changes, branch: id });
  });
}

let toldDropped = false;

function sayDropped(): void {
  if (toldDropped) return;
  toldDropped = true;
  const text = `The oldest branch is gone: ${MOST} are kept at once. Its picture is among the results, if it was finished.`;
  message.value = { text, bad: false, lasting: true };
}

/** Makes a saved branch current, with its settings and pictures; this can be undone. */
export function chooseBranch(id: number): void {
  const branch = kept.peek().find((one) => one.id === id);
  if (branch) exchange(branch, () => change({ ...branch.project, branch: id }));
}

/** After undo or redo: makes the project's branch current. False if it is current already, or was dropped. */
export function followProject(): boolean {
  const id = project.peek().branch ?? 0;
  const branch = id === current.peek() ? undefined : kept.peek().find((one) => one.id === id);
  if (branch) exchange(branch, () => {});
  return branch !== undefined;
}

/** Updates a saved branch whose job ended later. */
export function updateBranch(id: number, course: Partial<Course>): void {
  kept.value = kept.peek().map((one) => (one.id === id ? { ...one, course: { ...one.course, ...course } } : one));
}

let leaving = () => {};

/** Registers a function that is called before another branch becomes current. */
export function onLeaving(leave: () => void): void {
  leaving = leave;
}

function exchange(branch: Branch, set: () => void): void {
  const now = branchNow();
  leaving();
  batch(() => {
    kept.value = [...kept.peek().filter(({ id }) => id !== branch.id), now];
    chosen.value = now.id;
    current.value = branch.id;
    showCourse(branch.course);
    showFilm(branch.film);
    lookedAt.value = undefined;
    set();
  });
}

/** Branches of an earlier visit, beside the one that is shown, which gets that id; `last`: the largest id that was ever given. */
export function restoreBranches(others: readonly Branch[], id: number, last: number): void {
  batch(() => {
    kept.value = others;
    chosen.value = others.at(-1)?.id;
    current.value = id;
    newest = Math.max(newest, last);
  });
}

/** The current branch, with the project that it was painted with: settings may have been changed since. */
export function branchNow(): Branch {
  const course = courseNow();
  return { id: current.peek(), project: course.begun?.project ?? project.peek(), course, film: filmNow() };
}
