/**
 * The one door to sharp: loaded on first use, because it costs tens of milliseconds that `--help` does not have, and set
 * to hold little memory. Refuses to know about pictures.
 */

import { UserError } from "../../errors.ts";
import { processors } from "../../runtimes/node-threads.ts";
import { shortage } from "./shortage.ts";

type SharpModule = typeof import("sharp").default;

let loading: Promise<SharpModule> | undefined;

/** sharp, without its cache of open files and decoded pictures (each of ours is read once), on at most four threads. */
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
