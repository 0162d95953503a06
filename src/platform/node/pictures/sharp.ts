/**
 * Loads sharp on first use, because that takes tens of milliseconds which `--help` should not wait for, and limits its
 * memory.
 */

import { UserError } from "../../../errors.ts";
import { processors } from "../../../runtimes/node-threads.ts";
import { shortage } from "../files/shortage.ts";

type SharpModule = typeof import("sharp").default;

let loading: Promise<SharpModule> | undefined;

/** sharp without its cache (each picture is read once), on at most four threads. */
export function loadSharp(): Promise<SharpModule> {
  loading ??= import("sharp").then(
    ({ default: sharp }) => {
      sharp.cache(false);
      sharp.concurrency(Math.min(4, processors(sharp.concurrency())));
      return sharp;
    },
    (cause) => {
      loading = undefined;
      const short = shortage(cause, "The picture codec (sharp) could not be loaded");
      if (short) throw short;
      throw new UserError(
        "file",
        "The picture codec (sharp) is not installed for this machine; run npm install sharp.",
        {
          cause,
        },
      );
    },
  );
  return loading;
}
