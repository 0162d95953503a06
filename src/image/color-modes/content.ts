/** The photo's own colours: as `match`, and the result gets the photo's chroma. */
import { match } from "./match.ts";
import type { ColorMode } from "./mode.ts";

export const content: ColorMode = { ...match, keepsChroma: true };
