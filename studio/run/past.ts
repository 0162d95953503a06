/** Courses that came to an end, by the project that they painted: undo and redo bring their pictures back at once. */
import { type Project, project as projectNow } from "../project/project.ts";
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

/** Courses of earlier visits, which are read when undo or redo comes back to their projects. */
const earlier = new WeakMap<Project, () => Promise<Course | undefined>>();

/** From now on, `read` gives the course of a project, unless it is painted anew. */
export function addEarlier(project: Project, read: () => Promise<Course | undefined>): void {
  earlier.set(project, read);
}

/** Shows the course of a project that undo or redo came back to; of an earlier visit, when it is read. False if there is none. */
export function showPast(project: Project): boolean {
  if (begun.peek()?.project === project) return false;
  const found = past.find((one) => one.project === project);
  if (found) show(found.course, found.film);
  else if (earlier.has(project)) void showEarlier(project);
  else return false;
  return true;
}

async function showEarlier(project: Project): Promise<void> {
  const course = await earlier.get(project)!();
  if (course && projectNow.peek() === project && begun.peek()?.project !== project) show(course, NO_FILM);
}

const NO_FILM: Film = { frames: [], every: 1, before: 0 };

function show(course: Course, film: Film): void {
  keepCourse();
  showCourse(course);
  showFilm(film);
}
