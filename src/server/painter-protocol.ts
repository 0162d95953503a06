/** What the studio's server and the process that paints for it say to each other. */
import type { Adjustments, SettingsInput, StylizeEvent } from "../node.ts";

export interface SentPicture {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface PaintOrder {
  readonly type: "paint";
  readonly id: string;
  readonly content: SentPicture;
  readonly style: readonly SentPicture[];
  readonly mask?: SentPicture | undefined;
  readonly start?: SentPicture | undefined;
  readonly settings: SettingsInput;
  /**
   * Continues from the state of a job after a step, with these settings and without `start`; if that state is no longer in
   * memory, `start` and `settings` are used.
   */
  readonly from?: { readonly job: string; readonly step: number; readonly settings: SettingsInput } | undefined;
}

/** Pictures that replace those of a job; without a mask, its mask is removed. */
export interface ExchangedPictures {
  readonly style: readonly SentPicture[];
  readonly mask?: SentPicture | undefined;
}

export type Order =
  | PaintOrder
  | {
      readonly type: "adjust";
      readonly id: string;
      readonly changes: Adjustments;
      readonly pictures?: ExchangedPictures | undefined;
    }
  | { readonly type: "pause" | "resume" | "stop"; readonly id: string }
  | (Question & { readonly ticket: number });

/** What is asked and answered, with a ticket that is in the answer. */
export type Question =
  /** The file of the checkpoint for a job's picture after a step; undefined where it is not in memory. */
  | { readonly type: "state"; readonly id: string; readonly step: number }
  /** The longest side at which a job with these settings keeps to the memory; undefined where nobody knows. */
  | { readonly type: "largest"; readonly settings: SettingsInput; readonly width: number; readonly height: number }
  /** How many pixels the network runs over in all steps of a job with these settings; undefined where nobody knows. */
  | { readonly type: "work"; readonly settings: SettingsInput; readonly width: number; readonly height: number };

type WithoutPicture<Event> = Event extends { readonly image: unknown } ? Omit<Event, "image"> : Event;

/** A job's event as plain JSON for pages; its picture is a file that they request. */
export type PainterEvent =
  | WithoutPicture<Exclude<StylizeEvent, { readonly type: "checkpoint" }>>
  | { readonly type: "failed"; readonly message: string };

export interface Report {
  readonly id: string;
  readonly event: PainterEvent;
  /** What `image` and `done` show: a WebP, at the end a PNG. */
  readonly picture?: { readonly type: string; readonly bytes: Uint8Array } | undefined;
}

export interface Answer {
  readonly ticket: number;
  readonly value: Uint8Array | number | undefined;
}
