/** Nothing is fitted. */
import type { ColorMode } from "./mode.ts";

export const free: ColorMode = { recolor: (pictures) => pictures };
