/** Branches with their films as the browser keeps them for the next visit, and back. */
import { encodePicture, parseSettings, readPicture } from "pastiche/web";
import type { Project } from "../project/project.ts";
import { recordOf, resultName } from "../project/record.ts";
import type { Branch } from "../run/branches.ts";
import { type Film, type Frame, frameOf } from "../run/film.ts";
import { type Course, knownOf, type Shown } from "../run/state.ts";
import { add, pictureOf, type Result, results, resultWith } from "./gallery.ts";
import { keptForm, wholeProject } from "./kept-project.ts";
import type { KeptBranch, KeptFrame, SessionStore } from "./store.ts";

export function keptBranch({ id, project, course, film: { frames, every, before } }: Branch): KeptBranch {
  const result = resultWith(course.shown)?.id;
  return {
    ...{ id, project: keptForm(project), frames: frames.map(keptFrame), every, before, result },
    ...(result === undefined && { text: textAt(frames.at(-1), course) }),
  };
}

function keptFrame({ id, step, width, height, after }: Frame): KeptFrame {
  const state = after.state();
  return { id, step, width, height, state: state?.place === "computer" ? state : undefined };
}

/** What a PNG of a frame of a course says, as if that had been stopped there. */
function textAt(frame: Frame | undefined, course: Course): Record<string, string> | undefined {
  const made = frame && course.shown && knownOf(course.shown, course);
  if (!made) return undefined;
  return recordOf(made.project, { ...made.known, step: frame.after.step, stopped: true }, made.start);
}

/** The branch, unless pictures of it are gone. */
export async function branchOf(kept: KeptBranch, store: SessionStore): Promise<Branch | undefined> {
  const [project, film] = await Promise.all([wholeProject(kept.project), filmOf(kept, store)]);
  const result = resultOf(kept);
  const picture = result ? await pictureOf(result) : (await stoppedAt(kept, film))?.picture;
  if (!project || !picture) return undefined;
  const stopped = result ? result.stopped !== undefined : true;
  const course = courseOf(picture, stopped, project, film.frames.at(-1));
  return { id: kept.id, project: { ...project, branch: kept.id }, course, film };
}

/** The result that a branch ended as. */
export function resultOf({ result }: KeptBranch): Result | undefined {
  return results.peek().find(({ id }) => id === result);
}

/** A branch that ended with the page, as a result that was stopped at its last frame. */
export async function stoppedResult(kept: KeptBranch, film: Film): Promise<Result | undefined> {
  const made = await wholeProject(kept.project);
  const end = made && (await stoppedAt(kept, film));
  if (!end) return undefined;
  const { picture, stopped, file } = end;
  return add({ name: resultName(made), file, ...kept.project, stopped }, picture.image);
}

/** The last frame with what made it, as a file. */
async function stoppedAt({ text }: KeptBranch, { frames }: Film) {
  const last = frames.at(-1);
  if (!last || !text?.pastiche) return undefined;
  const { image } = await readPicture(last.file, { name: "the picture" });
  const file = await encodePicture("png", { image }, { text });
  const { step, steps } = JSON.parse(text.pastiche);
  return { picture: { image, step, file }, stopped: { step, steps }, file };
}

/** A picture with what made it, as if it had been painted just now; with the state of its last frame, if given. */
export function courseOf(picture: Shown, stopped: boolean, made: Project, last?: Frame): Course {
  return {
    status: stopped ? "stopped" : "done",
    begun: { project: made, settings: parseSettings(made.settings), begins: {} },
    shown: last ? { ...picture, after: last.after } : picture,
    ...{ start: undefined, latest: undefined, record: undefined, curves: { steps: [], terms: {} } },
  };
}

export async function filmOf({ frames, every, before }: KeptBranch, store: SessionStore): Promise<Film> {
  const read = await Promise.all(
    frames.map(async ({ state, ...frame }) => {
      const file = await store.frame(frame.id);
      const after = {
        step: state?.step ?? frame.step - before,
        state: () => state && ({ place: "computer", ...state } as const),
      };
      return file && frameOf({ ...frame, file, after });
    }),
  );
  return { frames: read.filter((frame) => frame !== undefined), every, before };
}
