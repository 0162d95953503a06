/** What the page and its worker say to each other. */
import type { Adjustments } from "pastiche/web";
import type { EngineJob, Told } from "./engine.ts";

export type Order =
  | { readonly type: "paint"; readonly id: number; readonly runtime: string; readonly job: EngineJob }
  | { readonly type: "adjust"; readonly id: number; readonly changes: Adjustments }
  | { readonly type: "pause" | "resume" | "stop"; readonly id: number };

export interface Report {
  readonly id: number;
  readonly told: Told;
}
