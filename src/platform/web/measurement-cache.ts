/** Stores yes/no measurements of this browser on this machine between visits. */
import { browserCache } from "./browser-cache.ts";

const measured = browserCache("pastiche-measured-1");

/**
 * The stored answer to `question` for this `software`, browser and processor, else the result of `measure`. An undefined
 * result counts as no and is not stored. Where the browser stores nothing, the measurement is repeated on every visit.
 */
export async function cachedMeasurement(
  question: string,
  software: string,
  measure: () => Promise<boolean | undefined>,
): Promise<boolean> {
  const { userAgent, hardwareConcurrency } = navigator;
  const name = `${question}: ${software}, ${hardwareConcurrency} processors, ${userAgent}`;
  const stored = await (await measured.get(name))?.text();
  if (stored === "yes" || stored === "no") return stored === "yes";
  const found = await measure();
  if (found === undefined) return false;
  await measured.put(name, found ? "yes" : "no");
  return found;
}
