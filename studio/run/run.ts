/** The job that runs, or ran last: its state as signals, and the buttons' functions. */
import { batch, computed, effect, signal } from "@preact/signals";
import { encodePicture, type Image, type JobRecord, type Settings, type SettingsInput } from "pastiche/web";
import { browserEngine } from "../engine/browser.ts";
import { computer, rejoin } from "../engine/computer.ts";
import type { Engine, EngineEvent, EngineEventOf, EngineJob, Running } from "../engine/engine.ts";
import { digestOf } from "../pictures/digest.ts";
import { keepPicture } from "../pictures/store.ts";
import { changed, continuation } from "../project/continuation.ts";
import { adjustmentsFor } from "../project/live.ts";
import { type Project, project, settings } from "../project/project.ts";
import type { Known } from "../project/record.ts";
import { START } from "../project/record.ts";
import { paintingsInUse } from "../project/regions.ts";
import { addFrame, clearFilm, cutFilm, type Frame, isDue } from "./film.ts";

export type Status = "idle" | "starting" | "painting" | "paused" | "done" | "stopped" | "failed";

/** What was put into the job that runs. */
export interface Begun {
  readonly project: Project;
  readonly settings: Settings;
  /** The digest of the picture that it went on from; undefined where it began anew. */
  readonly start?: string | undefined;
}

export interface Shown {
  readonly image: Image;
  readonly step: number;
  /** The file that it came from, where it was not painted just now. */
  readonly file?: Blob;
}

export const status = signal<Status>("idle");
export const begun = signal<Begun | undefined>(undefined);
export const start = signal<EngineEventOf<"start"> | undefined>(undefined);
/** The last picture that there is, of this job or, until it has one, of the one before. */
export const shown = signal<Shown | undefined>(undefined);
export const latest = signal<EngineEventOf<"step"> | undefined>(undefined);
/** What the job that ended says of itself. */
export const record = signal<JobRecord | undefined>(undefined);
/** Steps a second, smoothed. */
export const speed = signal(0);
export const secondsLeft = signal<number | undefined>(undefined);
/** What is to be said, in a sentence. */
export const message = signal<{ readonly text: string; readonly bad: boolean } | undefined>(undefined);
/** Who paints: this computer behind the page, or a runtime of this browser. */
export const engine = signal<EngineName>("auto");

/** Whether the page has a server that paints. */
export const hasComputer = signal(false);

export type EngineName = "computer" | "auto" | "webgpu" | "wasm";

/** Every term's share of the loss, step by step, of the job that runs. */
export const curves = signal<{ readonly steps: number[]; readonly terms: Record<string, number[]> }>({
  steps: [],
  terms: {},
});

/** How many jobs have come to their end. */
export const finished = signal(0);

export const isRunning = computed(() => ["starting", "painting", "paused"].includes(status.value));

/** Whether what is set differs from what was painted: a job anew would give another picture. */
export const isStale = computed(() => {
  const before = begun.value;
  if (!before || !canPaint.value) return false;
  return (
    !samePictures(before.project, project.value) || JSON.stringify(settings.value) !== JSON.stringify(before.settings)
  );
});

export const canPaint = computed(() => project.value.photo !== undefined && project.value.paintings.length > 0);

let running: Running | undefined;
/** Whether it was stopped here. */
let stopping = false;
let restart: ReturnType<typeof setTimeout> | undefined;

/** Knobs that need a new beginning wait for the hand to come to rest. */
const REST = 350;

/** Begins anew with what is set now. What ran is left. */
export function paint(): void {
  const job = jobOf(project.value);
  if (!job) return;
  clearFilm();
  begin(job);
}

/** What a job would go on with from the picture that is shown; undefined where there is none that could. */
export const goingOn = computed(() => {
  const [before, picture] = [begun.value, shown.value];
  const { photo } = project.value;
  if (!before || !picture || !photo || isRunning.value || !samePictures(before.project, project.value))
    return undefined;
  return continuation(before.settings, settings.value, photo, picture.image);
});

/** Goes on from the picture that is shown with what is set now, at its size or up to a larger one. */
export async function paintOn(): Promise<void> {
  const [picture, more] = [shown.value, goingOn.value];
  if (!picture || !more) return;
  const file = await encodePicture("png", { image: picture.image });
  const digest = await digestOf(file);
  cutFilm();
  begin(jobOf(project.value, more), { file, digest });
}

/** Goes on from a moment of the film: another branch. */
export async function branch(frame: Frame): Promise<void> {
  const { photo } = project.value;
  const more = photo && continuation(settings.value, settings.value, photo, frame);
  const digest = await digestOf(frame.file);
  cutFilm(frame);
  begin(jobOf(project.value, more), { file: frame.file, digest });
}

function begin(given: EngineJob | undefined, from?: { readonly file: Blob; readonly digest: string }): void {
  if (!given) return;
  const job = { ...given, ...(from && { start: from.file }) };
  if (from) void keepPicture({ name: START, ...from });
  clearTimeout(restart);
  running?.stop();
  batch(() => {
    begun.value = { project: project.value, settings: settings.value, start: from?.digest };
    status.value = "starting";
    message.value = undefined;
    latest.value = undefined;
    record.value = undefined;
    secondsLeft.value = undefined;
    curves.value = { steps: [], terms: {} };
  });
  follow((listen) => painter().paint(job, listen));
}

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

function painter(): Engine {
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
  batch(() => {
    begun.value = { project: project.value, settings: settings.value };
    status.value = "starting";
  });
  follow((listen) => rejoin(id, listen));
}

function follow(begin: (listen: (told: EngineEvent) => void) => Running): void {
  stopping = false;
  const pace = stopwatch();
  const mine: { current?: Running } = {};
  // A job that was left may still say a word.
  mine.current = begin((told) => {
    if (mine.current === undefined || mine.current === running) batch(() => hear(told, pace));
  });
  running = mine.current;
}

export function pause(): void {
  running?.pause();
}

export function goOn(): void {
  running?.resume();
  if (status.value === "paused") status.value = "painting";
}

export function stop(): void {
  stopping = true;
  running?.stop();
}

function hear(told: EngineEvent, pace: ReturnType<typeof stopwatch>): void {
  switch (told.type) {
    case "start":
      start.value = told;
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
      shown.value = told;
      if (isDue(told.step)) void addFrame(told.step, told.image);
      break;
    case "paused":
      status.value = "paused";
      break;
    case "note":
      message.value = { text: told.text, bad: false };
      break;
    case "done":
      shown.value = told;
      record.value = told.record;
      void addFrame(told.step, told.image);
      if (!told.record.stopped) finished.value += 1;
      else if (!stopping) message.value = { text: "Stopped: this computer paints for another window now.", bad: false };
      end(told.record.stopped ? "stopped" : "done");
      break;
    case "failed":
      message.value = { text: told.message, bad: true };
      end("failed");
  }
}

function end(how: Status): void {
  running = undefined;
  status.value = how;
  secondsLeft.value = undefined;
}

function addToCurves(step: number, terms: Readonly<Record<string, number>>): void {
  const { steps, terms: all } = curves.value;
  steps.push(step);
  for (const [name, value] of Object.entries(terms)) {
    all[name] ??= [];
    all[name].push(value);
  }
  // The same arrays in a new record: signals compare records, and copies of long arrays cost.
  curves.value = { steps, terms: all };
}

function samePictures(one: Project, other: Project): boolean {
  const digests = ({ photo, paintings }: Project) => [photo, ...paintings].map((picture) => picture?.digest).join();
  return digests(one) === digests(other) && one.mask === other.mask;
}

/** Regions say which painting counts where. */
function withoutBlend({ blend: _, ...settings }: SettingsInput): SettingsInput {
  return settings;
}

/** Tells the steps in a second, over the last few seconds. */
function stopwatch(): () => number {
  let times: number[] = [];
  return () => {
    const now = performance.now() / 1000;
    // A pause is no slow step.
    if (status.peek() === "paused" || now - (times.at(-1) ?? now) > 20) times = [];
    times.push(now);
    while (times.length > 2 && now - times[0]! > 4) times.shift();
    const spent = now - times[0]!;
    return spent > 0 ? (times.length - 1) / spent : 0;
  };
}

/** What is known of how the picture that is shown was made; undefined where it was not made here. */
export function knownOf(picture: Shown): { project: Project; known: Known; from: string | undefined } | undefined {
  const [made, plan] = [begun.peek(), start.peek()];
  if (!made || !plan || picture.file) return undefined;
  const { model, weights, runtime, precision, steps } = plan;
  const known = record.peek() ?? {
    ...{ model, weights, runtime, precision, steps },
    ...{ step: picture.step, settings: settings.peek() },
  };
  return { project: made.project, known, from: made.start };
}

/** What of the settings is chosen before one paints, and waits for the button. */
const deliberate = new Set(["size", "quality"]);

/**
 * Changes act at once: on the next step of a job that runs and takes them, else by beginning anew; where none runs, by going
 * on from the picture that is there.
 */
effect(() => {
  const wanted = settings.value;
  const now = project.value;
  const before = begun.peek();
  if (!before) return;
  clearTimeout(restart);
  const names = changed(before.settings, wanted);
  if (!isRunning.peek()) {
    const acts = names.length > 0 && !names.some((name) => deliberate.has(name)) && goingOn.peek();
    if (acts) restart = setTimeout(() => void paintOn(), REST);
    return;
  }
  const changes = samePictures(before.project, now) ? adjustmentsFor(before.settings, wanted) : undefined;
  if (changes) running?.adjust(changes);
  else restart = setTimeout(paint, REST);
});
