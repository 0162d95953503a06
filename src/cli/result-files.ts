/**
 * The files that a job of the command line writes: its result, and snapshots on the way. When there is something to write
 * and what is told of it, it refuses to know.
 */
import { UserError } from "../errors.ts";
import type { Image } from "../image/image.ts";
import { encodePicture } from "../platform/node/pictures-write.ts";
import { writeAtomically, writeBeside } from "../platform/node/write.ts";
import type { StartEvent } from "../transfer/events.ts";
import type { SettingsInput } from "../transfer/settings.ts";
import type { Origin } from "./checkpoint-notes.ts";
import type { JobPictures, Sources } from "./inputs.ts";
import { settingsText } from "./metadata.ts";
import { writeStandardOutput } from "./streams.ts";
import type { MayReplace, Snapshots, Target } from "./target.ts";

/** What a job shows after a step. */
export interface Shown {
  readonly image: Image;
  readonly step: number;
}

/** A job's image as the bytes of a file; before its start event is known, without words inside. */
export type Encode = (shown: Shown, start: StartEvent | undefined) => Promise<Uint8Array>;

/** How this job's images become files: the photo's transparency put back, and the settings inside if `words` are wanted. */
export function encoder(
  { format, encoding }: Pick<Target, "format" | "encoding">,
  request: Sources & { readonly settings: SettingsInput; readonly origin?: Origin | undefined },
  { facts, alphaAt }: Pick<JobPictures, "facts" | "alphaAt">,
  words: boolean,
): Encode {
  return ({ image, step }, start) => {
    const text = words && start ? settingsText(start, request, facts, step) : {};
    return encodePicture(format, { image, alpha: alphaAt(image) }, { ...encoding, text });
  };
}

export interface ResultFiles {
  /** Writes the result. Returns the path that it got: not the wished one where a file of that name has appeared by now. */
  save(shown: Shown, start: StartEvent | undefined): Promise<string>;
  /** Writes a snapshot; one that cannot be written costs a line, never the job. */
  snapshot(shown: Shown, start: StartEvent | undefined): Promise<void>;
}

interface Places {
  readonly target: Target;
  readonly snapshots: Snapshots;
  readonly mayReplace: MayReplace;
}

export async function resultFiles(
  { target, snapshots, mayReplace }: Places,
  encode: Encode,
  say: (line: string) => void,
): Promise<ResultFiles> {
  // Asked now: what is there later may be another job's.
  const force = await mayReplace(target.path);
  let warned = false;
  return {
    async save(shown, start) {
      const bytes = await encode(shown, start);
      if (target.path === "-") await writeStandardOutput(bytes);
      else if (force) await writeAtomically(target.path, bytes, { force });
      else return writeBeside(target.path, bytes);
      return target.path;
    },
    async snapshot(shown, start) {
      const path = snapshots.path(shown.step);
      try {
        await writeAtomically(path, await encode(shown, start), { force: await mayReplace(path) });
      } catch (error) {
        if (!(error instanceof UserError) || error.code !== "file") throw error;
        if (!warned) say(`A snapshot could not be written, and the job goes on without: ${error.message}`);
        warned = true;
      }
    },
  };
}
