/** What paints, as the studio sees it: a job goes in, what it tells comes out. Where it runs, an engine knows. */
import type { Adjustments, Checkpoint, SettingsInput, Size, StylizeEvent } from "pastiche/web";

export interface EngineJob {
  readonly content: Blob;
  readonly style: readonly Blob[];
  readonly mask?: Blob | undefined;
  /** What it begins with, instead of what `init` says. */
  readonly start?: Blob | undefined;
  readonly settings: SettingsInput;
  /** Continues from this state of another job, with these settings and without `start`; if it is no longer in memory, `start` and `settings` are used. */
  readonly from?: { readonly state: KeptState; readonly settings: SettingsInput } | undefined;
}

/** The state of a job after a step: on the page, or in the painting process of this computer. */
export type KeptState =
  | { readonly place: "page"; readonly checkpoint: Checkpoint }
  | { readonly place: "computer"; readonly job: string; readonly step: number };

/** A state is kept every so many steps, and used for all pictures up to the next. */
export const STATE_EVERY = 5;

/** What a job tells: events as everywhere, and a sentence where it fails. */
export type EngineEvent = StylizeEvent | { readonly type: "failed"; readonly message: string };

/** What of an event has that type. */
export type EngineEventOf<Type extends EngineEvent["type"]> = Extract<EngineEvent, { readonly type: Type }>;

/** Pictures that are others than at the start. */
export interface EnginePictures {
  readonly style: readonly Blob[];
  readonly mask: Blob | undefined;
}

/** A job that runs. */
export interface Running {
  /** Settings, and pictures, that are others than at the start; they act on the next step. */
  adjust(changes: Adjustments, pictures?: EnginePictures): void;
  pause(): void;
  resume(): void;
  stop(): void;
  /** The state for the picture after `step`, also after the end of the job; undefined if none is in memory. */
  stateAt(step: number): KeptState | undefined;
}

/** The longest side of a picture that is possible, and what ends it. */
export interface Largest {
  readonly side: number;
  /** The memory of a job, or the largest buffer of a graphics card, of so many bytes. */
  readonly by: "memory" | { readonly buffer: number };
}

export interface Engine {
  /** For such settings and proportions; undefined where nobody knows. It makes the engine ready for a job besides. */
  largest(settings: SettingsInput, photo: Size): Promise<Largest | undefined>;
  /** How many pixels the network runs over in all steps of such a job, those of tiles included; undefined where nobody knows. */
  work(settings: SettingsInput, photo: Size): Promise<number | undefined>;
  paint(job: EngineJob, listen: (told: EngineEvent) => void): Running;
}
