/**
 * The files that a job of the command line writes: its result, and snapshots on the way. When there is something to write
 * and what is told of it, it refuses to know.
 */
import { UserError } from "../errors.ts";
import type { Image } from "../image/image.ts";
import { encodePicture } from "../platform/node/pictures-write.ts";
import { leadsToOneOf } from "../platform/node/same-file.ts";
import { writeAtomically, writeBeside } from "../platform/node/write.ts";
import type { SettingsInput } from "../settings/settings.ts";
import type { StartEvent } from "../transfer/events.ts";
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
  /**
   * Writes the result, `done` or not. Returns the path that it got: not the wished one where a file of that name has
   * appeared by now, or where that is an input of a job that is not done: then no `-f` lets it be replaced.
   */
  save(shown: Shown, start: StartEvent | undefined, how: { done: boolean; signal: AbortSignal }): Promise<string>;
  /** Writes a snapshot; one that cannot be written costs a line, never the job. */
  snapshot(shown: Shown, start: StartEvent | undefined): Promise<void>;
}

interface Places {
  /** The files that the job is made of. */
  readonly inputs: readonly string[];
  readonly target: Target;
  readonly snapshots: Snapshots;
  readonly mayReplace: MayReplace;
}

export async function resultFiles(
  { inputs, target, snapshots, mayReplace }: Places,
  encode: Encode,
  say: (line: string) => void,
): Promise<ResultFiles> {
  // Asked now: what is there later may be another job's.
  const force = await mayReplace(target.path);
  let warned = false;
  return {
    async save(shown, start, { done, signal }) {
      const bytes = await encode(shown, start);
      const patience = { signal, onWait: () => say(`Waiting for somebody to read ${target.path}.`) };
      if (target.path === "-") await writeStandardOutput(bytes);
      else if (force && (done || !(await leadsToOneOf(target.path, inputs))))
        await writeAtomically(target.path, bytes, { force, ...patience });
      else return writeBeside(target.path, bytes, patience);
      return target.path;
    },
    async snapshot(shown, start) {
      const path = snapshots.path(shown.step);
      try {
        const bytes = await encode(shown, start);
        if (await leadsToOneOf(path, inputs)) await writeBeside(path, bytes);
        else await writeAtomically(path, bytes, { force: await mayReplace(path) });
      } catch (error) {
        if (!(error instanceof UserError) || error.code !== "file") throw error;
        if (!warned) say(`A snapshot could not be written, and the job goes on without: ${error.message}`);
        warned = true;
      }
    },
  };
}
