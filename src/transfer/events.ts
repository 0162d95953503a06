/** The events of a running job, as plain records. */
import type { Image } from "../image/image.ts";
import type { Level } from "../schedule/pyramid.ts";
import type { Settings } from "../settings/settings.ts";
import type { Checkpoint } from "./checkpoint/checkpoint.ts";
import type { Region } from "./pictures/regions.ts";
import type { Precision } from "./precision/precision.ts";
import type { Adjustments } from "./run/adjust.ts";

/** The checkpoint that a job goes on from: see `Job.from`. */
export interface Origin {
  /** Steps that were done, and of how many. */
  readonly step: number;
  readonly steps: number;
  /** Whether the optimiser goes on with its state or without: at another size, or where it is another. */
  readonly optimizer: "carried" | "reset";
}

/** What a step of a level takes. */
export interface LevelWork {
  /** In how many tiles it is taken; 1 is the whole picture. */
  readonly tiles: number;
  /** Pixels that the network runs over, forward and back, margins and the halos of all tiles included. */
  readonly pixels: number;
}

/** The job is checked and planned; its first step follows. */
export interface StartEvent {
  readonly type: "start";
  readonly model: string;
  /** Which weights: a digest of their file. */
  readonly weights: string;
  readonly runtime: string;
  readonly levels: readonly Level[];
  /** What a step of each level takes. */
  readonly work: readonly LevelWork[];
  /** What most steps are computed in. */
  readonly precision: Precision;
  /** Steps of all levels together. */
  readonly steps: number;
  /** As `Settings.tile`, decided: tiles where a level is larger than that, or never. */
  readonly tile: Settings["tile"];
  /** Bytes that the process will take at most, predicted; on a runtime with memory of its own, the device and it together. */
  readonly peak: number;
  /**
   * The longest side at which such a job keeps to the memory that it may take, in float32 and in tiles of at least 256
   * pixels; absent where it may take any.
   */
  readonly largest?: number;
  /** Predicted seconds of the steps to come; only with the option `trial`, if it could be run. */
  readonly seconds?: number;
  /** Steps that were done already when the job was stopped, or by the job that it goes on from; absent for a new job. */
  readonly resumed?: number;
  /** The checkpoint that it goes on from, of another job; absent where there is none. */
  readonly from?: Origin;
  /** The regions that masks made; absent without masks. */
  readonly regions?: readonly Region[];
}

/** A level begins. */
export interface LevelEvent {
  readonly type: "level";
  /** From 0. */
  readonly index: number;
  readonly level: Level;
}

/** A step is done. */
export interface StepEvent {
  readonly type: "step";
  /** Steps done in the whole job, this one included. */
  readonly step: number;
  /** Steps of the whole job. */
  readonly steps: number;
  /** Index of the level. */
  readonly level: number;
  /** The weighted loss of the image before this step. */
  readonly loss: number;
  /** Every term's share of it: its strength times its value. */
  readonly terms: Readonly<Record<string, number>>;
  /** How much of the job's work is done, 0 to 1: a step counts its pixels. */
  readonly progress: number;
  /** How long the steps that are left will take, by the median of the last ones; absent before the second step. */
  readonly secondsLeft?: number;
}

/** The image after a step, where it is wanted: see `StylizeOptions`. */
export interface ImageEvent {
  readonly type: "image";
  readonly step: number;
  readonly level: number;
  /** Of the level's size, or reduced to `previewSize`. */
  readonly image: Image;
}

/**
 * All that is needed to go on from here: see `Job.resume`. Its tensors are the job's own memory, valid until the next event
 * is asked for: encode or copy them before.
 */
export interface CheckpointEvent {
  readonly type: "checkpoint";
  readonly step: number;
  readonly level: number;
  readonly checkpoint: Checkpoint;
}

/** Something that people should know, in a sentence. */
export interface NoteEvent {
  readonly type: "note";
  readonly text: string;
}

/** The job holds before its next step: see `Controls.pause`. */
export interface PausedEvent {
  readonly type: "paused";
  readonly step: number;
  readonly level: number;
}

/** Changes of settings were taken over. */
export interface AdjustedEvent {
  readonly type: "adjusted";
  /** The first step that is taken with them. */
  readonly step: number;
  readonly changes: Adjustments;
  /** All settings from here on. */
  readonly settings: Settings;
  /** The levels and steps of the whole job from here on, as if it had begun like that. */
  readonly levels: readonly Level[];
  readonly steps: number;
}

/** What was computed and on what, as plain data: enough to do it again. */
export interface JobRecord {
  /** Of pastiche. */
  readonly version: string;
  /** Complete, as they were at the end. */
  readonly settings: Settings;
  readonly model: string;
  /** A digest of the network's weights. */
  readonly weights: string;
  readonly runtime: string;
  readonly precision: Precision;
  /** Steps done, and of how many. */
  readonly step: number;
  readonly steps: number;
  /** How long it took, pauses apart; of a resumed job since then. */
  readonly seconds: number;
  /** The checkpoint that it went on from, of another job. */
  readonly from?: Origin;
  /** It was stopped before its last step. */
  readonly stopped?: true;
  /** The settings that changed on the way, and the first step with them. */
  readonly adjusted?: readonly Pick<AdjustedEvent, "step" | "changes">[];
}

/** What a job results in. */
export interface Result {
  readonly image: Image;
  readonly record: JobRecord;
}

/** The job is complete, or was stopped: always the last event. */
export interface DoneEvent extends Result {
  readonly type: "done";
  readonly step: number;
}

/** Any event of a job. */
export type StylizeEvent =
  | StartEvent
  | LevelEvent
  | StepEvent
  | ImageEvent
  | CheckpointEvent
  | NoteEvent
  | PausedEvent
  | AdjustedEvent
  | DoneEvent;
