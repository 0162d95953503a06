/** Starts, continues, branches, pauses and stops jobs, and applies their events to the signals of `state.ts`. */
import { batch, computed, effect } from "@preact/signals";
import { encodePicture, givenSettings, type Image, readPicture, type SettingsInput } from "pastiche/web";
import { browserEngine } from "../engine/browser.ts";
import { computer, rejoin } from "../engine/computer.ts";
import type { Engine, EngineEvent, EngineJob, Running } from "../engine/engine.ts";
import { digestOf } from "../pictures/digest.ts";
import { keepPicture } from "../pictures/store.ts";
import { changed, continuation } from "../project/continuation.ts";
import { adjustmentsFor } from "../project/live.ts";
import { change, type Project, project, setAll, settings, usual } from "../project/project.ts";
import { START } from "../project/record.ts";
import { paintingsInUse } from "../project/regions.ts";
import { beginBranch, current, followProject, onLeaving, updateBranch } from "./branches.ts";
import { addFrame, clearFilm, cutFilm, type Frame, isDue, lookedAt } from "./film.ts";
import { stopwatch } from "./pace.ts";
import { keepCourse, showPast } from "./past.ts";
import {
  addToCurves,
  type Beginning,
  beginning,
  begun,
  engine,
  finished,
  isRunning,
  latest,
  message,
  pausing,
  record,
  type Shown,
  type StateAfter,
  type Status,
  sameFiles,
  sameMasks,
  secondsLeft,
  shown,
  speed,
  start,
  status,
} from "./state.ts";

let running: Running | undefined;
/** Whether it was stopped here, and whether only for a while. */
let stopping = false;
let interrupting = false;
let restart: ReturnType<typeof setTimeout> | undefined;
/** Counts what takes the place of a job: one whose picture is still being encoded then does not begin any more. */
let turn = 0;

/** Knobs that need a new beginning wait for the hand to come to rest. */
const REST = 350;

/** Begins a new job with the current settings; a running one is stopped. */
export function paint(): void {
  const job = jobOf(project.value);
  if (!job) return;
  clearFilm();
  begin(job);
}

/** Begins a new branch with another seed. */
export function paintAnotherSeed(): void {
  const { init, initNoise } = settings.peek();
  // Without noise in the start, the seed has no effect.
  const noise = init === "noise" || initNoise > 0 ? {} : { initNoise: SEEDED_NOISE };
  if (begun.peek()) {
    leave();
    beginBranch();
  }
  setAll({ seed: Math.floor(Math.random() * 1e6), ...noise });
  paint();
}

/** As much noise as makes a seed a picture of its own, and leaves faces as they are. */
const SEEDED_NOISE = 0.5;

/** What a job would go on with from the picture that is shown; undefined where there is none that could. */
export const goingOn = computed(() => {
  const [before, picture] = [begun.value, shown.value];
  const { photo } = project.value;
  if (!before || !picture || !photo || isRunning.value || !sameFiles(before.project, project.value)) return undefined;
  return continuation(before.settings, settings.value, photo, picture.image);
});

/** Goes on from the picture that is shown with what is set now, at its size or up to a larger one. */
export async function paintOn(): Promise<void> {
  const [picture, more] = [shown.value, goingOn.value];
  if (!picture || !more) return;
  const mine = ++turn;
  const file = await encodePicture("png", { image: picture.image });
  if (mine !== turn) return;
  cutFilm();
  await goOnFrom({ file, more, from: picture.after });
}

/** Begins with a small picture of what is set, which is shown at once; it is gone on from where a larger one is wanted. */
export async function paintFrom(image: Image): Promise<void> {
  const { photo } = project.peek();
  leave();
  const mine = turn;
  const file = await encodePicture("png", { image });
  if (mine !== turn) return;
  clearFilm();
  const more = photo && continuation(settings.peek(), settings.peek(), photo, image);
  if (!more) paint();
  else if (!(await goOnFrom({ file, more }))) return;
  shown.value = { image, step: 0 };
}

/** Goes on from a moment of the film as another branch. */
export async function branch(frame: Frame): Promise<void> {
  const { photo } = project.value;
  const more = photo && continuation(settings.value, settings.value, photo, frame);
  leave();
  beginBranch();
  cutFilm(frame);
  const mine = turn;
  const { image } = await readPicture(frame.file, { name: "the picture" });
  if (mine !== turn) return;
  shown.value = { image, step: frame.step, after: frame.after };
  await goOnFrom({ file: frame.file, more, from: frame.after });
}

interface Moment {
  readonly file: Blob;
  /** What has to be set where the picture alone is gone on from; undefined where it has to begin anew with it. */
  readonly more: SettingsInput | undefined;
  readonly from?: StateAfter | undefined;
}

/** Continues from the state if there is one, else from the picture. False where something took its place meanwhile. */
async function goOnFrom({ file, more, from }: Moment): Promise<boolean> {
  const mine = turn;
  const digest = await digestOf(file);
  const job = jobOf(project.value, more);
  if (!job || mine !== turn) return false;
  void keepPicture({ name: START, file, digest });
  const sameNetwork = begun.peek()?.settings.model === settings.peek().model;
  const { init: _, initNoise: __, ...wanted } = givenSettings(settings.peek());
  const state = more && sameNetwork ? from?.state() : undefined;
  const begins = { start: { file, digest }, more, from: state && from };
  begin({ ...job, start: file, from: state && { state, settings: wanted } }, begins);
  return true;
}

function begin(job: EngineJob | undefined, begins: Beginning = {}): void {
  if (!job) return;
  keepCourse();
  leave();
  beginning(begins);
  follow((listen) => painter().paint(job, listen));
}

/** Stops the running job and ignores its further events. */
function leave(): void {
  clearTimeout(restart);
  turn += 1;
  running?.stop();
  running = undefined;
}

onLeaving(leave);

/** The picture of a job beside the one that is shown: what is set, with changes; undefined where it is left or fails. */
export function paintSample(changes: SettingsInput, signal: AbortSignal): Promise<Image | undefined> {
  const job = jobOf(project.value, changes);
  return new Promise((resolve) => {
    if (!job || signal.aborted) return resolve(undefined);
    const leave = () => sample.stop();
    const sample = painter().paint(job, (told) => {
      if (told.type !== "done" && told.type !== "failed") return;
      signal.removeEventListener("abort", leave);
      if (told.type === "failed") message.value = { text: told.message, bad: true };
      resolve(told.type === "done" && !told.record.stopped ? told.image : undefined);
    });
    signal.addEventListener("abort", leave);
  });
}

/** The engine that is chosen. */
export function painter(): Engine {
  return engine.value === "computer" ? computer : browserEngine(engine.value);
}

function jobOf(given: Project, changes: SettingsInput = {}): EngineJob | undefined {
  const { photo, mask } = given;
  const paintings = paintingsInUse(given);
  if (!photo || paintings.length === 0) return undefined;
  const all = { ...given.settings, ...changes };
  return {
    content: photo.file,
    style: paintings.map(({ file }) => file),
    ...(mask && { mask: mask.file }),
    settings: mask ? withoutBlend(all) : all,
  };
}

/** Goes on listening to a job that this computer began before the page was loaded. */
export function rejoinJob(id: string): void {
  beginning();
  follow((listen) => rejoin(id, listen));
}

function follow(begin: (listen: (told: EngineEvent) => void) => Running): void {
  stopping = false;
  interrupting = false;
  const pace = stopwatch();
  const branch = current.peek();
  const mine: { current?: Running } = {};
  mine.current = begin((told) => {
    if (mine.current === undefined || mine.current === running) batch(() => hear(told, pace));
    // The result of a job that was stopped for another branch.
    else if (told.type === "done" && branch !== current.peek())
      updateBranch(branch, { shown: told, record: told.record, status: told.record.stopped ? "stopped" : "done" });
  });
  running = mine.current;
}

/** Shows a picture that was made earlier, with what made it, as finished or stopped; a job that runs is stopped. */
export function showFinished(made: Partial<Project>, picture: Shown, stopped = false): void {
  keepCourse();
  leave();
  batch(() => {
    change(made);
    clearFilm();
    beginning();
    shown.value = picture;
    status.value = stopped ? "stopped" : "done";
  });
}

/** The pictures that the picture in view was made of are here again: it stays in view, and can be gone on from. */
export function showPicturesOf(project: Project): void {
  if (begun.peek()) begun.value = { ...begun.peek()!, project };
}

export function pause(): void {
  pausing.value = true;
  running?.pause();
}

export function goOn(): void {
  pausing.value = false;
  running?.resume();
  if (status.value === "paused") status.value = "painting";
}

export function stop(): void {
  // Knobs that were turned just before do not begin it anew.
  clearTimeout(restart);
  stopping = true;
  interrupting = false;
  running?.stop();
}

/** Stops it for a while: what there is becomes no result. */
export function interrupt(): void {
  const interrupts = interrupting || isRunning.peek();
  stop();
  interrupting = interrupts;
}

/** Goes on with what was interrupted, unless it was stopped since. */
export function endInterruption(): void {
  if (interrupting) void paintOn();
}

function hear(told: EngineEvent, pace: () => number): void {
  switch (told.type) {
    case "start":
      start.value = told;
      if (!told.from) beganWithoutState();
      status.value = "painting";
      break;
    case "step":
      latest.value = told;
      if (status.value === "starting") status.value = "painting";
      secondsLeft.value = told.secondsLeft;
      speed.value = pace();
      addToCurves(told.step, told.terms);
      break;
    case "image":
      shown.value = { ...told, after: stateAfter(told.step) };
      if (isDue(stepsOf(told))) keepFrame(told);
      break;
    case "adjusted":
      beganToCount(told.step);
      break;
    case "paused":
      pausing.value = false;
      status.value = "paused";
      break;
    case "note":
      message.value = { text: told.text, bad: false };
      break;
    case "done":
      shown.value = { ...told, after: stateAfter(told.step) };
      record.value = told.record;
      keepFrame(told);
      if (told.step > 0 && !interrupting) finished.value += 1;
      if (told.record.stopped && !stopping)
        message.value = { text: "Stopped: this computer paints for another window now.", bad: false };
      end(told.record.stopped ? "stopped" : "done");
      break;
    case "failed":
      message.value = { text: told.message, bad: true };
      end("failed");
  }
}

/** The steps of this job, without those of the job that it continues. */
function stepsOf({ step }: { readonly step: number }): number {
  return step - (start.peek()?.resumed ?? 0);
}

function keepFrame({ step, image }: { readonly step: number; readonly image: Image }): void {
  void addFrame(stepsOf({ step }), image, stateAfter(step));
}

/** The state of the job that runs now. */
function stateAfter(step: number): StateAfter {
  const job = running;
  return { step, state: () => job?.stateAt(step) };
}

/** What is set counts from that step on: the state before it is what the picture is made again from. */
function beganToCount(step: number): void {
  const now = begun.peek();
  if (now && step > 1) begun.value = { ...now, begins: { ...now.begins, from: stateAfter(step - 1) } };
}

/** The state that it was to go on from was not in memory any more. */
function beganWithoutState(): void {
  const now = begun.peek();
  if (now?.begins.from) begun.value = { ...now, begins: { ...now.begins, from: undefined } };
}

function end(how: Status): void {
  pausing.value = false;
  running = undefined;
  status.value = how;
  secondsLeft.value = undefined;
}

/** Regions say which painting counts where. */
function withoutBlend({ blend: _, ...settings }: SettingsInput): SettingsInput {
  return settings;
}

/** What of the settings is chosen before one paints, and waits for the button. */
const deliberate = new Set(["size", "quality"]);

/** Whether paintings have to be read anew: larger, for broader strokes. */
function needsPictures(changes: object): boolean {
  return "styleScale" in changes;
}

/** Applies the changed settings and regions to the running job. With regions, the blend does not count. */
function adjustJob(): void {
  const [before, now] = [begun.peek(), project.peek()];
  const job = jobOf(now);
  const changes = before && adjustmentsFor(before.settings, settings.peek());
  if (!job || !changes || !isRunning.peek()) return;
  const { blend, ...others } = changes;
  const same = sameMasks(before.project, now) && !needsPictures(changes);
  if (!now.mask) running?.adjust(changes, same ? undefined : { style: job.style, mask: undefined });
  else if (same) running?.adjust(others);
  else running?.adjust({ ...others, blend: usual.peek().blend }, { style: job.style, mask: job.mask });
  begun.value = { ...before, project: now, settings: settings.peek() };
}

/**
 * Changes act at once: on the next step of a job that runs and takes them, else by beginning anew; where none runs, by going
 * on from the picture that is there. While an earlier frame is shown, they wait.
 */
effect(() => {
  const wanted = settings.value;
  const now = project.value;
  const looked = lookedAt.value;
  const before = begun.peek();
  if (followProject() || !before || looked) return;
  clearTimeout(restart);
  if (batch(() => showPast(now))) return leave();
  const names = changed(before.settings, wanted);
  const sameMask = sameMasks(before.project, now);
  if (!isRunning.peek()) {
    const waits = (names.length === 0 && sameMask) || names.some((name) => deliberate.has(name));
    if (!waits && goingOn.peek()) restart = setTimeout(() => void paintOn(), REST);
    return;
  }
  const takes = sameFiles(before.project, now) && adjustmentsFor(before.settings, wanted);
  if (!takes) restart = setTimeout(paint, REST);
  else if (sameMask && !needsPictures(takes)) adjustJob();
  else restart = setTimeout(adjustJob, REST);
});
