/** Continues a repeated request from its own checkpoint; a checkpoint of another job is removed. */
import type { Settings } from "../../settings/settings.ts";
import { listRoles } from "../../transfer/pictures/roles.ts";
import type { JobFiles } from "../files.ts";
import { readProgress } from "../record/notes.ts";
import type { JobRequest, Sources } from "../request.ts";
import type { Resumed } from "./job.ts";

/** The checkpoint to continue from, or undefined. Pictures without digests match no checkpoint. */
export async function adoptedCheckpoint(
  { output, checkpoint }: JobRequest,
  pictures: Sources,
  settings: Settings,
  files: JobFiles,
): Promise<Resumed | undefined> {
  const adopt = checkpoint ? checkpoint.adopt : undefined;
  if (!adopt || !output || output.path === undefined) return undefined;
  const store = files.checkpoints(output.path);
  const found = await files.readCheckpoint(store.path).catch(() => undefined);
  const progress = readProgress(found?.notes);
  const fits =
    found !== undefined &&
    progress !== undefined &&
    found.checkpoint.model === adopt.model &&
    progress.settings === JSON.stringify(settings) &&
    String(progress.digests) === String(listRoles(pictures).map(({ sha256 }) => sha256));
  if (fits) return { checkpoint: found.checkpoint, store: found.slots, progress };
  await store.remove().catch(() => {});
  return undefined;
}
