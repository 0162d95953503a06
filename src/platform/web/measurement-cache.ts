/** Keeps yes/no measurements of this browser on this machine between visits. */
import { shelf } from "./kept.ts";

const measured = shelf("pastiche-measured-1");

/**
 * The kept answer to `question` for this `software`, browser and processor, else the result of `measure`. An undefined
 * result counts as no and is not kept. Where the browser keeps nothing, the measurement is repeated on every visit.
 */
export async function cachedMeasurement(
  question: string,
  software: string,
  measure: () => Promise<boolean | undefined>,
): Promise<boolean> {
  const { userAgent, hardwareConcurrency } = navigator;
  const name = `${question}: ${software}, ${hardwareConcurrency} processors, ${userAgent}`;
  const kept = await (await measured.get(name))?.text();
  if (kept === "yes" || kept === "no") return kept === "yes";
  const found = await measure();
  if (found === undefined) return false;
  await measured.put(name, found ? "yes" : "no");
  return found;
}
