/** Courses that came to an end, by the project that they painted: undo and redo bring their pictures back at once. */
import type { Project } from "../project/project.ts";
import { type Film, filmNow, showFilm } from "./film.ts";
import { begun, type Course, courseNow, isRunning, showCourse } from "./state.ts";

interface Past {
  readonly project: Project;
  readonly course: Course;
  readonly film: Film;
}

/** The largest number of courses; the oldest is dropped. */
const MOST = 6;

let past: readonly Past[] = [];

/** Keeps the current course, unless it still runs. */
export function keepCourse(): void {
  const project = begun.peek()?.project;
  if (!project || isRunning.peek()) return;
  past = [...past.filter((one) => one.project !== project), { project, course: courseNow(), film: filmNow() }];
  past = past.slice(-MOST);
}

/** Shows the course of a project that undo or redo came back to. False if there is none. */
export function showPast(project: Project): boolean {
  const found = begun.peek()?.project === project ? undefined : past.find((one) => one.project === project);
  if (!found) return false;
  keepCourse();
  showCourse(found.course);
  showFilm(found.film);
  return true;
}
