/** The largest possible size on the selected engine, as a sentence. */
import { engine, start } from "./state.ts";

/** Browsers do not know the memory of a graphics card; this size works on most. */
const ON_CARD = 2048;

/** Undefined before the first job has begun. */
export function largestText(): string | undefined {
  const told = start.value;
  if (!told) return undefined;
  const browser = engine.value !== "computer";
  const { largest } = told;
  if (largest !== undefined) {
    const why = browser ? "in a browser's 4 GB" : "with the memory that this computer has free";
    return `Up to ${largest} pixels ${why}`;
  }
  return browser ? `Up to about ${ON_CARD} pixels on most graphics cards` : undefined;
}
