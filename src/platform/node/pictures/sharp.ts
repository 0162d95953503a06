/**
 * Loads sharp on first use, because that takes tens of milliseconds which `--help` should not wait for, and limits its
 * memory.
 */

import { createRequire } from "node:module";
import { UserError } from "../../../errors.ts";
import { processors } from "../../../runtimes/node-threads.ts";
import { shortage } from "../files/shortage.ts";

type SharpModule = typeof import("sharp").default;

let loaded: SharpModule | undefined;

/** sharp without its cache (each picture is read once), on at most four threads. */
export async function loadSharp(): Promise<SharpModule> {
  loaded ??= required();
  return loaded;
}

/** `require` takes half of the time that `import` takes for it. */
function required(): SharpModule {
  try {
    const sharp: SharpModule = createRequire(import.meta.url)("sharp");
    sharp.cache(false);
    sharp.concurrency(Math.min(4, processors(sharp.concurrency())));
    return sharp;
  } catch (cause) {
    const short = shortage(cause, "The picture codec (sharp) could not be loaded");
    if (short) throw short;
    const reason = "The picture codec (sharp) is not installed for this machine; run npm install sharp.";
    throw new UserError("file", reason, { cause });
  }
}
