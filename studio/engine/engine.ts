/** What paints, as the studio sees it: a job goes in, what it tells comes out. Where it runs, an engine knows. */
import type { Adjustments, SettingsInput, StylizeEvent } from "pastiche/web";

export interface EngineJob {
  readonly content: Blob;
  readonly style: readonly Blob[];
  readonly mask?: Blob | undefined;
  /** What it begins with, instead of what `init` says. */
  readonly start?: Blob | undefined;
  readonly settings: SettingsInput;
}

/** What a job tells: events as everywhere, and a sentence where it fails. */
export type EngineEvent = StylizeEvent | { readonly type: "failed"; readonly message: string };

/** What of an event has that type. */
export type EngineEventOf<Type extends EngineEvent["type"]> = Extract<EngineEvent, { readonly type: Type }>;

/** A job that runs. */
export interface Running {
  /** Settings that are others than at the start; they act on the next step. */
  adjust(changes: Adjustments): void;
  pause(): void;
  resume(): void;
  stop(): void;
}

export interface Engine {
  paint(job: EngineJob, listen: (told: EngineEvent) => void): Running;
}
