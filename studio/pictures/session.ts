/** What the browser keeps of a visit for the next: what is set, the steps of undo, and the picture in view with its film. */
import { batch, effect } from "@preact/signals";
import { chosenSettings, encodePicture, parseSettings, readPicture } from "pastiche/web";
import { hasPicture } from "../engine/computer.ts";
import { around, type Project, project, restart } from "../project/project.ts";
import { recordOf, resultName } from "../project/record.ts";
import { type Film, type Frame, film, filmNow, frameOf, showFilm } from "../run/film.ts";
import { addEarlier } from "../run/past.ts";
import { rejoinJob } from "../run/run.ts";
import { begun, type Course, knownOf, showCourse, shown } from "../run/state.ts";
import { add, inView, pictureOf, type Result, results } from "./gallery.ts";
import { keptForm, wholeProject } from "./kept-project.ts";
import {
  type KeptCourse,
  type KeptFrame,
  type KeptProject,
  keepCourse,
  keepHistory,
  keepProject,
  keptCourse,
  keptFrame,
  keptHistory,
  keptProject,
} from "./store.ts";

/** So many steps back and forth are kept. */
const STEPS = 40;

/** A course is kept so often at most, in milliseconds. */
const EVERY = 400;

/** The project of the last visit; undefined for a first one, or where a picture of it is gone. */
export async function lastProject(): Promise<Project | undefined> {
  const kept = await keptProject();
  return kept && wholeProject(kept);
}

/** From here on, everything that is set is kept. */
export function keepSetting(): void {
  effect(() => {
    void keepProject(keptForm(project.value));
  });
}

/** From here on, so are the steps of undo, and the picture in view with its film. */
export function keepSession(): void {
  effect(() => {
    const { before, after } = around(STEPS);
    void keepHistory({ before: before.map(keptForm), after: after.map(keptForm) });
  });
  let waits = false;
  effect(() => {
    // All that is read by `keepNow`, and changes.
    void [film.value, begun.value, inView.value];
    if (waits) return;
    waits = true;
    setTimeout(() => {
      waits = false;
      keepNow();
    }, EVERY);
  });
}

function keepNow(): void {
  const made = begun.peek();
  if (!made) return;
  const { frames, every, before } = filmNow();
  const result = inView.peek()?.id;
  const last = frames.at(-1);
  const state = last?.after.state();
  const course: KeptCourse = {
    project: keptForm(made.project),
    frames: frames.map(keptFrameOf),
    ...{ every, before, result },
    ...(result === undefined && { job: state?.place === "computer" ? state.job : undefined, text: textAt(last) }),
  };
  void keepCourse(course, new Map(frames.map(({ id, file }) => [id, file])));
}

function keptFrameOf({ id, step, width, height, after }: Frame): KeptFrame {
  const state = after.state();
  return { id, step, width, height, state: state?.place === "computer" ? state : undefined };
}

/** What a PNG of a frame of the job in view says. */
function textAt(frame: Frame | undefined): Record<string, string> | undefined {
  const picture = shown.peek();
  const made = frame && picture && knownOf(picture);
  if (!made) return undefined;
  return recordOf(made.project, { ...made.known, step: frame.after.step, stopped: true }, made.start);
}

/** Brings the steps of undo and the picture in view back; `running` is the job that this computer paints. */
export async function restoreSession(running: string | undefined): Promise<void> {
  await restoreHistory();
  const kept = await keptCourse();
  const course = kept && (await filmOf(kept));
  if (begun.peek()) return;
  if (running) {
    if (course && kept.job === running) showFilm(course);
    return rejoinJob(running);
  }
  if (!kept || !course) return;
  if (kept.job && (await hasPicture(kept.job))) {
    showFilm(course);
    return rejoinJob(kept.job);
  }
  const result = results.peek().find(({ id }) => id === kept.result) ?? (await resultOf(kept, course));
  const made = await madeAs(kept.project);
  if (!result || !made) return;
  const shownAgain = await courseOf(result, made, course.frames.at(-1));
  if (begun.peek()) return;
  batch(() => {
    showCourse(shownAgain);
    showFilm(course);
  });
}

async function restoreHistory(): Promise<void> {
  const kept = await keptHistory();
  if (!kept) return;
  const [before, after] = await Promise.all([wholeProjects(kept.before), wholeProjects(kept.after)]);
  // What was done since the page was opened comes after it.
  const since = around(STEPS);
  const isNew = since.before.length + since.after.length > 0;
  restart(project.peek(), [...before, ...since.before], isNew ? since.after : after);
  const finished = new Map(results.peek().map((result) => [keyOf(result), result]));
  for (const one of [...before, ...after]) {
    const result = finished.get(keyOf(keptForm(one)));
    if (result) addEarlier(one, () => courseOf(result, one).catch(() => undefined));
  }
}

async function wholeProjects(kept: readonly KeptProject[]): Promise<Project[]> {
  const found = await Promise.all(kept.map(wholeProject));
  return found.filter((one) => one !== undefined);
}

/** The same for the same pictures and settings, however they were written down. */
function keyOf({ photo, paintings, mask, settings }: KeptProject): string {
  return JSON.stringify([photo, paintings, mask?.digest, chosenSettings(parseSettings(settings))]);
}

/** The project that is set, where it is that one. */
async function madeAs(kept: KeptProject): Promise<Project | undefined> {
  const now = project.peek();
  return keyOf(keptForm(now)) === keyOf(kept) ? now : wholeProject(kept);
}

async function filmOf({ frames, every, before }: KeptCourse): Promise<Film> {
  const read = await Promise.all(
    frames.map(async ({ state, ...frame }) => {
      const file = await keptFrame(frame.id);
      const after = {
        step: state?.step ?? frame.step - before,
        state: () => state && ({ place: "computer", ...state } as const),
      };
      return file && frameOf({ ...frame, file, after });
    }),
  );
  return { frames: read.filter((frame) => frame !== undefined), every, before };
}

/** Its picture with what made it, as if it had been painted just now; with the state of its last frame, if given. */
async function courseOf(result: Result, made: Project, last?: Frame): Promise<Course> {
  const picture = await pictureOf(result);
  return {
    status: result.stopped ? "stopped" : "done",
    begun: { project: made, settings: parseSettings(made.settings), begins: {} },
    shown: last ? { ...picture, after: last.after } : picture,
    ...{ start: undefined, latest: undefined, record: undefined, curves: { steps: [], terms: {} } },
  };
}

/** A job that ended with the page: its last frame as a result that was stopped there. */
async function resultOf({ project: kept, text }: KeptCourse, { frames }: Film): Promise<Result | undefined> {
  const last = frames.at(-1);
  const made = await wholeProject(kept);
  if (!last || !text?.pastiche || !made) return undefined;
  const { image } = await readPicture(last.file, { name: "the picture" });
  const file = await encodePicture("png", { image }, { text });
  const { step, steps } = JSON.parse(text.pastiche);
  return add({ name: resultName(made), file, ...kept, stopped: { step, steps } }, image);
}
