/** What the browser keeps of a visit for the next: what is set, the steps of undo, and branches with their films. */
import { batch, effect } from "@preact/signals";
import { chosenSettings, parseSettings } from "pastiche/web";
import { hasPicture } from "../engine/computer.ts";
import { around, type Project, project, restart } from "../project/project.ts";
import { type Branch, branchName, branchNow, otherBranches, restoreBranches } from "../run/branches.ts";
import { type Film, film, showFilm } from "../run/film.ts";
import { addEarlier } from "../run/past.ts";
import { rejoinJob } from "../run/run.ts";
import { begun, message, showCourse } from "../run/state.ts";
import { type Claim, claimSession } from "./claim.ts";
import { inView, pictureOf, results } from "./gallery.ts";
import { branchOf, courseOf, filmOf, keptBranch, resultOf, stoppedResult } from "./kept-branches.ts";
import { keptForm, wholeProject } from "./kept-project.ts";
import { cutText, fitting } from "./room.ts";
import { type KeptBranch, type KeptProject, SESSIONS, type SessionStore, sessionStore } from "./store.ts";

/** So many steps back and forth are kept. */
const STEPS = 40;

/** Branches are kept so often at most, in milliseconds. */
const EVERY = 400;

/** Undefined where nothing is kept. */
let store: SessionStore | undefined;
let claim: Claim | undefined;

/** The project of the last visit; undefined for a first one, where a picture of it is gone, or where another tab has it. */
export async function openSession(): Promise<Project | undefined> {
  const all = Array.from({ length: SESSIONS }, (_, i) => sessionStore(i));
  const kept = await Promise.all(all.map((one) => one.project()));
  claim = await claimSession(kept.map((one) => one?.used ?? 0));
  const { session, isNew } = claim;
  store = session === undefined ? undefined : all[session];
  const last = session === undefined ? undefined : kept[session];
  if (!isNew) return last && wholeStep(last);
  await store?.forget();
  const unkept = store ? "" : " It is not kept for the next visit: too many tabs are open.";
  message.value = { text: `Another tab has the last picture, so this one begins its own.${unkept}`, bad: false };
  return undefined;
}

/** From here on, everything that is set is kept. */
export function keepSetting(): void {
  effect(() => {
    void store?.keepProject(stepForm(project.value));
  });
}

/** From here on, so are the steps of undo, and branches with their films. */
export function keepSession(): void {
  effect(() => {
    const { before, after } = around(STEPS);
    void store?.keepHistory({ before: before.map(stepForm), after: after.map(stepForm) });
  });
  let waits = false;
  effect(() => {
    // All that is read by `keepNow`, and changes.
    void [film.value, begun.value, inView.value, otherBranches.value];
    if (waits) return;
    waits = true;
    setTimeout(() => {
      waits = false;
      keepNow();
    }, EVERY);
  });
}

/** Branches that were said to be cut. */
const toldCut = new Set<number>();

function keepNow(): void {
  if (!begun.peek()) return;
  const now = branchNow();
  const { branches, files, cut } = fitting([now, ...otherBranches.peek().toReversed()]);
  sayCut(cut.map(({ id }) => id));
  const [inView, ...others] = branches.map(keptBranch) as [KeptBranch, ...KeptBranch[]];
  const state = now.film.frames.at(-1)?.after.state();
  const job = inView.result === undefined && state?.place === "computer" ? state.job : undefined;
  void store?.keepBranches({ inView, job, others: others.reverse() }, files);
}

function sayCut(ids: readonly number[]): void {
  const untold = ids.filter((id) => !toldCut.has(id));
  if (untold.length === 0) return;
  for (const id of untold) toldCut.add(id);
  message.value = { text: cutText(untold.map(branchName)), bad: false };
}

/** Brings branches, the steps of undo and the picture in view back; `running` is the job that this computer paints. */
export async function restoreSession(running: string | undefined): Promise<void> {
  if (!store) return;
  await restoreHistory(store);
  const kept = await store.branches();
  const film = kept && (await filmOf(kept.inView, store));
  if (begun.peek()) return;
  // Where there are other tabs, a job that is not known here may be theirs.
  if (running && (kept?.job === running || !claim?.others)) {
    if (film && kept.job === running) showFilm(film);
    rejoinJob(running);
  } else if (film && kept.job && (await hasPicture(kept.job))) {
    showFilm(film);
    rejoinJob(kept.job);
  } else if (film) {
    await showAgain(kept.inView, film);
  }
  if (!kept) return;
  const others: Branch[] = [];
  for (const one of kept.others) {
    const branch = await branchOf(one, store).catch(() => undefined);
    if (branch) others.push(branch);
  }
  // Another may have been begun since.
  if (otherBranches.peek().length > 0) return;
  restoreBranches(others, kept.inView.id, Math.max(...branchesOfUndo(), kept.inView.id));
}

async function showAgain(kept: KeptBranch, film: Film): Promise<void> {
  const result = resultOf(kept) ?? (await stoppedResult(kept, film));
  const made = await madeAs(kept.project);
  if (!result || !made) return;
  const picture = await pictureOf(result);
  if (begun.peek()) return;
  batch(() => {
    showCourse(courseOf(picture, result.stopped !== undefined, made, film.frames.at(-1)));
    showFilm(film);
  });
}

/** The branches that undo and redo come to, and 0. */
function branchesOfUndo(): number[] {
  const { before, after } = around(STEPS);
  return [...before, project.peek(), ...after].map(({ branch = 0 }) => branch);
}

async function restoreHistory(from: SessionStore): Promise<void> {
  const kept = await from.history();
  if (!kept) return;
  const [before, after] = await Promise.all([wholeSteps(kept.before), wholeSteps(kept.after)]);
  // What was done since the page was opened comes after it.
  const since = around(STEPS);
  const isNew = since.before.length + since.after.length > 0;
  restart(project.peek(), [...before, ...since.before], isNew ? since.after : after);
  const finished = new Map(results.peek().map((result) => [keyOf(result), result]));
  for (const one of [...before, ...after]) {
    const result = finished.get(keyOf(keptForm(one)));
    if (!result) continue;
    const read = async () => courseOf(await pictureOf(result), result.stopped !== undefined, one);
    addEarlier(one, () => read().catch(() => undefined));
  }
}

/** A project as a step of undo: with the branch that it is of. */
function stepForm(one: Project): KeptProject {
  return { ...keptForm(one), branch: one.branch };
}

async function wholeStep(kept: KeptProject): Promise<Project | undefined> {
  const whole = await wholeProject(kept);
  return whole && { ...whole, branch: kept.branch };
}

async function wholeSteps(kept: readonly KeptProject[]): Promise<Project[]> {
  const found = await Promise.all(kept.map(wholeStep));
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
