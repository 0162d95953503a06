/** The job that runs, or ran last: its state as signals, and the buttons' functions. It knows no engine but by contract. */
import { batch, computed, effect, signal } from "@preact/signals";
import type { Image, Settings, SettingsInput } from "pastiche/web";
import { browserEngine } from "../engine/browser.ts";
import type { EngineJob, Running, Told } from "../engine/engine.ts";
import { addFrame, clearFilm, isDue } from "./film.ts";
import { adjustmentsFor } from "./live.ts";
import { type Project, project, settings } from "./project.ts";
import { paintingsInUse } from "./regions.ts";

export type Status = "idle" | "starting" | "painting" | "paused" | "done" | "stopped" | "failed";

/** What was put into the job that runs. */
export interface Begun {
  readonly project: Project;
  readonly settings: Settings;
}

export interface Shown {
  readonly image: Image;
  readonly step: number;
  /** The file that it came from, where it was not painted just now. */
  readonly file?: Blob;
}

export const status = signal<Status>("idle");
export const begun = signal<Begun | undefined>(undefined);
export const start = signal<Extract<Told, { type: "start" }> | undefined>(undefined);
/** The last picture that there is, of this job or, until it has one, of the one before. */
export const shown = signal<Shown | undefined>(undefined);
export const latest = signal<Extract<Told, { type: "step" }> | undefined>(undefined);
/** Steps a second, smoothed. */
export const speed = signal(0);
export const secondsLeft = signal<number | undefined>(undefined);
/** What is to be said, in a sentence. */
export const message = signal<{ readonly text: string; readonly bad: boolean } | undefined>(undefined);
export const runtime = signal("auto");

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
let restart: ReturnType<typeof setTimeout> | undefined;

/** Knobs that need a new beginning wait for the hand to come to rest. */
const REST = 350;

/** Begins anew with what is set now. What ran is left. */
export function paint(): void {
  const { photo, mask } = project.value;
  const paintings = paintingsInUse(project.value);
  if (!photo || paintings.length === 0) return;
  clearTimeout(restart);
  running?.stop();
  const job: EngineJob = {
    content: photo.file,
    style: paintings.map(({ file }) => file),
    ...(mask && { mask: mask.file }),
    settings: mask ? withoutBlend(project.value.settings) : project.value.settings,
  };
  batch(() => {
    begun.value = { project: project.value, settings: settings.value };
    status.value = "starting";
    message.value = undefined;
    latest.value = undefined;
    secondsLeft.value = undefined;
    curves.value = { steps: [], terms: {} };
  });
  clearFilm();
  const timing = stopwatch();
  const mine: { current?: Running } = {};
  // A job that was left may still say a word.
  const listen = (told: Told) => {
    if (mine.current === undefined || mine.current === running) batch(() => hear(told, timing));
  };
  mine.current = browserEngine(runtime.value).paint(job, listen);
  running = mine.current;
}

export function pause(): void {
  running?.pause();
  if (status.value === "painting") status.value = "paused";
}

export function goOn(): void {
  running?.resume();
  if (status.value === "paused") status.value = "painting";
}

export function stop(): void {
  running?.stop();
}

function hear(told: Told, timing: ReturnType<typeof stopwatch>): void {
  switch (told.type) {
    case "start":
      start.value = told;
      status.value = "painting";
      break;
    case "step": {
      latest.value = told;
      if (status.value === "starting") status.value = "painting";
      const { rate, pace } = timing(told.progress, status.value === "paused");
      if (rate > 0) secondsLeft.value = (1 - told.progress) / rate;
      speed.value = pace;
      addToCurves(told.step, told.terms);
      break;
    }
    case "image":
      shown.value = told;
      if (isDue(told.step)) void addFrame(told.step, told.image);
      break;
    case "note":
      message.value = { text: told.text, bad: false };
      break;
    case "done":
      shown.value = told;
      void addFrame(told.step, told.image);
      finished.value += 1;
      end("done");
      break;
    case "stopped":
      end("stopped");
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

/** Tells the share of the job and the steps in a second, over the last few seconds. */
function stopwatch() {
  let marks: { time: number; progress: number }[] = [];
  return (progress: number, pausing: boolean) => {
    const time = performance.now() / 1000;
    const last = marks.at(-1);
    // A pause is no slow step.
    if (pausing || (last && time - last.time > 20)) marks = [];
    marks.push({ time, progress });
    while (marks.length > 2 && time - marks[0]!.time > 4) marks.shift();
    const [first] = marks;
    const spent = time - first!.time;
    if (spent <= 0) return { rate: 0, pace: 0 };
    return { rate: (progress - first!.progress) / spent, pace: (marks.length - 1) / spent };
  };
}

/** Changes reach the job that runs: on its next step where it takes them, else by beginning anew. */
effect(() => {
  const wanted = settings.value;
  const now = project.value;
  const before = begun.peek();
  if (!before || !isRunning.peek()) return;
  const changes = samePictures(before.project, now) ? adjustmentsFor(before.settings, wanted) : undefined;
  clearTimeout(restart);
  if (changes) running?.adjust(changes);
  else restart = setTimeout(paint, REST);
});
