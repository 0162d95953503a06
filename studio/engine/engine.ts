/** What paints, as the studio sees it: a job goes in, what it tells comes out. Where it runs, an engine knows. */
import type { Adjustments, Image, Level, SettingsInput } from "pastiche/web";

export interface EngineJob {
  readonly content: Blob;
  readonly style: readonly Blob[];
  readonly mask?: Blob | undefined;
  readonly settings: SettingsInput;
}

/** What a job tells. */
export type Told =
  | {
      readonly type: "start";
      readonly levels: readonly Level[];
      readonly steps: number;
      readonly runtime: string;
      readonly model: string;
      readonly weights: string;
      readonly precision: string;
      /** Bytes of memory at most, predicted. */
      readonly peak: number;
    }
  | {
      readonly type: "step";
      readonly step: number;
      readonly level: number;
      readonly loss: number;
      readonly terms: Readonly<Record<string, number>>;
      readonly progress: number;
    }
  | { readonly type: "image"; readonly step: number; readonly level: number; readonly image: Image }
  | { readonly type: "note"; readonly text: string }
  | { readonly type: "done"; readonly step: number; readonly image: Image }
  | { readonly type: "stopped" }
  | { readonly type: "failed"; readonly message: string };

/** A job that runs. */
export interface Running {
  /** Settings that are others than at the start; they act on the next step. */
  adjust(changes: Adjustments): void;
  pause(): void;
  resume(): void;
  stop(): void;
}

export interface Engine {
  readonly name: string;
  paint(job: EngineJob, listen: (told: Told) => void): Running;
}
