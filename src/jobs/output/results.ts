/** Writes the result and the snapshots of a job. */
import { UserError } from "../../errors.ts";
import type { Image } from "../../image/image.ts";
import type { StartEvent } from "../../transfer/events.ts";
import { listRoles } from "../../transfer/pictures/roles.ts";
import { outputOf, type PreparedJob } from "../begin/job.ts";
import type { JobFiles } from "../files.ts";
import type { JobPictures } from "../pictures.ts";
import { recordText } from "../record/record.ts";
import { replacing, type Snapshots, type Target } from "./output.ts";

/** The image of a job after a step. */
export interface Shown {
  readonly image: Image;
  readonly step: number;
}

/** Emits a note for users. */
export type Say = (line: string) => void;

export interface ResultFiles {
  /**
   * Writes the result, `done` or not. Returns its path: another one than intended if a file appeared under that name, or if
   * the intended file is an input of a job that is not done, which is never replaced.
   */
  save(
    shown: Shown,
    start: StartEvent | undefined,
    how: { done: boolean; signal: AbortSignal | undefined },
  ): Promise<string>;
  /** Writes a snapshot; a failure gives a note, and the job continues. */
  snapshot(shown: Shown, start: StartEvent | undefined): Promise<void>;
}

export async function resultFiles(
  job: PreparedJob,
  target: Target,
  snapshots: Snapshots,
  { facts, alphaAt }: Pick<JobPictures, "facts" | "alphaAt">,
  files: JobFiles,
  say: Say,
): Promise<ResultFiles> {
  const mayReplace = replacing(job);
  // Checked now: a later file may be another job's.
  const force = await mayReplace(target.path);
  const inputs = listRoles(job.pictures).map(({ path }) => path);
  /** The bytes of a file, with the photo's transparency and, if requested, the record. */
  const encode = ({ image, step }: Shown, start: StartEvent | undefined) => {
    const wanted = start && outputOf(job.request).metadata !== false;
    const text = wanted ? recordText(start, job, facts, step, files.paths) : {};
    return files.encodePicture(target.format, { image, alpha: alphaAt(image) }, { ...target.encoding, text });
  };
  let warned = false;
  return {
    async save(shown, start, { done, signal }) {
      const bytes = await encode(shown, start);
      const patience = { signal, onWait: () => say(`Waiting for somebody to read ${target.path}.`) };
      if (target.path !== "-" && !(force && (done || !(await files.isOneOf(target.path, inputs)))))
        return files.writeBeside(target.path, bytes, patience);
      await files.write(target.path, bytes, { force, ...patience });
      return target.path;
    },
    async snapshot(shown, start) {
      const path = snapshots.path(shown.step);
      try {
        const bytes = await encode(shown, start);
        if (await files.isOneOf(path, inputs)) await files.writeBeside(path, bytes);
        else await files.write(path, bytes, { force: await mayReplace(path) });
      } catch (error) {
        if (!(error instanceof UserError) || error.code !== "file") throw error;
        if (!warned) say(`A snapshot could not be written, and the job goes on without: ${error.message}`);
        warned = true;
      }
    },
  };
}
