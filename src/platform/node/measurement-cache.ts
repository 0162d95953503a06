/** Caches yes/no measurements of this machine in a small file of our cache folder. */
import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "./cache-folder.ts";
import { makeFolder } from "./files/folder.ts";
import { inMessage } from "./files/paths.ts";
import { writeAtomically } from "./files/write.ts";

/**
 * The cached answer to `question` for this `software` and processor, else the result of `measure`. An undefined result
 * counts as no and is not cached. A manual entry under the bare question overrides both. An unreadable or unwritable
 * cache is not an error: the measurement is repeated every time, and `onNote` is called.
 */
export async function cachedMeasurement(
  question: string,
  software: string,
  measure: () => Promise<boolean | undefined>,
  onNote?: (note: string) => void,
): Promise<boolean> {
  const file = join(cacheFolder(), "measured.json");
  const key = `${question}: ${software}, ${cpus()[0]?.model.trim()}`;
  const stored = await answers(file);
  const known = stored[question] ?? stored[key];
  if (known !== undefined) return known;
  const found = await measure();
  if (found === undefined) return false;
  const all = JSON.stringify({ ...(await answers(file)), [key]: found }, undefined, 2);
  await makeFolder(cacheFolder())
    .then(() => writeAtomically(file, new TextEncoder().encode(`${all}\n`), { force: true }))
    .catch((error: NodeJS.ErrnoException) => {
      const code = (error.cause as NodeJS.ErrnoException | undefined)?.code ?? error.code;
      const where = inMessage(cacheFolder());
      onNote?.(`Measurements of this machine cannot be cached in ${where} (${code}); they are repeated in every run.`);
    });
  return found;
}

async function answers(file: string): Promise<Record<string, boolean>> {
  try {
    const stored: unknown = JSON.parse(await readFile(file, "utf8"));
    const entries = Object.entries(stored ?? {}).filter(([, answer]) => typeof answer === "boolean");
    return Object.fromEntries(entries);
  } catch {
    return {};
  }
}
