/**
 * What was measured of this machine once, so that it need not be measured again: answers by question, in a small file of
 * our cache. What is asked, it refuses to know.
 */
import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "./cache-folder.ts";
import { makeFolder } from "./folder.ts";
import { inMessage } from "./paths.ts";
import { writeAtomically } from "./write.ts";

/**
 * The answer to `question` for `software` on this processor: the one of last time, or else what `measure` finds. Where that
 * finds no answer (undefined), it is no, and is asked again next time. An answer to the bare question, written into the
 * file by hand, goes before both. A cache that cannot be read or written is no
 * error: then it is measured every time, and `onNote` is told.
 */
export async function remembered(
  question: string,
  software: string,
  measure: () => Promise<boolean | undefined>,
  onNote?: (note: string) => void,
): Promise<boolean> {
  const file = join(cacheFolder(), "measured.json");
  const key = `${question}: ${software}, ${cpus()[0]?.model.trim()}`;
  const kept = await answers(file);
  const known = kept[question] ?? kept[key];
  if (known !== undefined) return known;
  const found = await measure();
  if (found === undefined) return false;
  const all = JSON.stringify({ ...(await answers(file)), [key]: found }, undefined, 2);
  await makeFolder(cacheFolder())
    .then(() => writeAtomically(file, new TextEncoder().encode(`${all}\n`), { force: true }))
    .catch((error: NodeJS.ErrnoException) => {
      const code = (error.cause as NodeJS.ErrnoException | undefined)?.code ?? error.code;
      const where = inMessage(cacheFolder());
      onNote?.(`What was measured of this machine cannot be kept in ${where} (${code}): it is measured every time.`);
    });
  return found;
}

async function answers(file: string): Promise<Record<string, boolean>> {
  try {
    const kept: unknown = JSON.parse(await readFile(file, "utf8"));
    const entries = Object.entries(kept ?? {}).filter(([, answer]) => typeof answer === "boolean");
    return Object.fromEntries(entries);
  } catch {
    return {};
  }
}
