/** The current job, or the last one, as signals. */
import { batch, computed, signal } from "@preact/signals";
import type { Image, JobRecord, Settings, SettingsInput } from "pastiche/web";
import type { EngineEventOf, KeptState } from "../engine/engine.ts";
import { type Project, project, settings } from "../project/project.ts";
import type { Known } from "../project/record.ts";

export type Status = "idle" | "starting" | "painting" | "paused" | "done" | "stopped" | "failed";

/** What was put into the job that runs. */
export interface Begun {
  readonly project: Project;
  readonly settings: Settings;
  readonly begins: Beginning;
}

/** What a job begins with, if not as its settings say. */
export interface Beginning {
  /** The picture of another job that it goes on from, unless it goes on from that job's state. */
  readonly start?: { readonly file: Blob; readonly digest: string } | undefined;
  /** Settings that go with it. */
  readonly more?: SettingsInput | undefined;
  /** The state that it goes on from, of another job; or of this one, where other settings began to count. */
  readonly from?: StateAfter | undefined;
}

/** The state of a job after a step, as long as it is in memory. */
export interface StateAfter {
  readonly step: number;
  state(): KeptState | undefined;
}

export interface Shown {
  readonly image: Image;
  readonly step: number;
  /** Where it was painted just now: the state of its job. */
  readonly after?: StateAfter;
  /** The file that it came from, where it was not painted just now. */
  readonly file?: Blob;
}

/** Every term's share of the loss, step by step. */
export interface Losses {
  readonly steps: number[];
  readonly terms: Record<string, number[]>;
}

const NO_LOSSES: Losses = { steps: [], terms: {} };

export const status = signal<Status>("idle");
/** Whether the job was told to pause, and still takes its step. */
export const pausing = signal(false);
export const begun = signal<Begun | undefined>(undefined);
export const start = signal<EngineEventOf<"start"> | undefined>(undefined);
/** The last picture that there is, of this job or, until it has one, of the one before. */
export const shown = signal<Shown | undefined>(undefined);
export const latest = signal<EngineEventOf<"step"> | undefined>(undefined);
/** What the job that ended says of itself. */
export const record = signal<JobRecord | undefined>(undefined);
export const curves = signal<Losses>(NO_LOSSES);
/** Steps a second, smoothed. */
export const speed = signal(0);
export const secondsLeft = signal<number | undefined>(undefined);
/** What is to be said, in a sentence. */
export interface Message {
  readonly text: string;
  readonly bad: boolean;
  /** It stays until it is closed, or another takes its place: what it says is true of later jobs as well. */
  readonly lasting?: boolean;
}

export const message = signal<Message | undefined>(undefined);

/** Takes back what was said of what is over. */
export function clearMessage(): void {
  if (!message.peek()?.lasting) message.value = undefined;
}

export type EngineName = "computer" | "auto" | "webgpu" | "wasm";

/** Who paints: this computer behind the page, or a runtime of this browser. */
export const engine = signal<EngineName>("auto");
/** Whether the page has a server that paints. */
export const hasComputer = signal(false);

/** How many jobs have ended, or were stopped for good after a step. */
export const finished = signal(0);

export const isRunning = computed(() => ["starting", "painting", "paused"].includes(status.value));

export const canPaint = computed(() => project.value.photo !== undefined && project.value.paintings.length > 0);

/** Whether the picture that is shown is one of the photo that is chosen. */
export const isOfPhoto = computed(() => begun.value?.project.photo?.digest === project.value.photo?.digest);

/** Whether what is set differs from what was painted: a job anew would give another picture. */
export const isStale = computed(() => {
  const before = begun.value;
  if (!before || !canPaint.value) return false;
  const sameSettings = JSON.stringify(settings.value) === JSON.stringify(before.settings);
  return !sameSettings || !samePictures(before.project, project.value);
});

/** Resets the signals for a job that begins with the current project. */
export function beginning(begins: Beginning = {}): void {
  batch(() => {
    if (!isOfPhoto.value) shown.value = undefined;
    begun.value = { project: project.value, settings: settings.value, begins };
    status.value = "starting";
    clearMessage();
    latest.value = undefined;
    record.value = undefined;
    secondsLeft.value = undefined;
    curves.value = { steps: [], terms: {} };
  });
}

export function addToCurves(step: number, terms: Readonly<Record<string, number>>): void {
  const { steps, terms: all } = curves.value;
  steps.push(step);
  for (const [name, value] of Object.entries(terms)) {
    all[name] ??= [];
    all[name].push(value);
  }
  // The same arrays in a new record: signals compare records, and copies of long arrays cost.
  curves.value = { steps, terms: all };
}

/** The signals of a job, saved while another branch is shown. */
export interface Course {
  readonly status: Status;
  readonly begun: Begun | undefined;
  readonly start: EngineEventOf<"start"> | undefined;
  readonly shown: Shown | undefined;
  readonly latest: EngineEventOf<"step"> | undefined;
  readonly record: JobRecord | undefined;
  readonly curves: Losses;
}

/** The current values; a running job counts as stopped. */
export function courseNow(): Course {
  const how = isRunning.peek() ? "stopped" : status.peek();
  return {
    status: how,
    begun: begun.peek(),
    start: start.peek(),
    shown: shown.peek(),
    latest: latest.peek(),
    record: record.peek(),
    curves: curves.peek(),
  };
}

export function showCourse(course: Course): void {
  batch(() => {
    status.value = course.status;
    begun.value = course.begun;
    start.value = course.start;
    shown.value = course.shown;
    latest.value = course.latest;
    record.value = course.record;
    curves.value = course.curves;
    secondsLeft.value = undefined;
  });
}

export function samePictures(one: Project, other: Project): boolean {
  return sameFiles(one, other) && sameMasks(one, other);
}

/** The same photo and paintings, whatever the regions. */
export function sameFiles(one: Project, other: Project): boolean {
  const digests = ({ photo, paintings }: Project) => [photo, ...paintings].map((picture) => picture?.digest).join();
  return digests(one) === digests(other);
}

export function sameMasks(one: Project, other: Project): boolean {
  return one.mask?.digest === other.mask?.digest;
}

/** What is known of how the picture of a course was made, by default of the current one; undefined where it was not made here. */
export function knownOf(
  picture: Shown,
  { begun: made, start: plan, record }: Pick<Course, "begun" | "start" | "record"> = courseNow(),
): { project: Project; known: Known; start: string | undefined } | undefined {
  if (!made || !plan || picture.file) return undefined;
  const { model, weights, runtime, precision, steps, from } = plan;
  const known = record ?? {
    ...{ model, weights, runtime, precision, steps, ...(from && { from }) },
    ...{ step: picture.step, settings: { ...made.settings, ...(!from && made.begins.more) } as Settings },
  };
  return { project: made.project, known, start: from ? undefined : made.begins.start?.digest };
}
