/**
 * `pastiche --from OUT.ckpt --size 2048`: a job is carried on to a larger size, from its last state. Whether it can be, the
 * core knows.
 */
import { basename, dirname } from "node:path";
import { UserError } from "../errors.ts";
import { readCheckpoint } from "../platform/node/checkpoint-slots.ts";
import { inMessage } from "../platform/node/paths.ts";
import { givenSettings } from "../settings/changes.ts";
import { carriedSettings } from "../transfer/checkpoint/carry.ts";
import { readNotes } from "./checkpoint-notes.ts";
import { flagOf, readSettings } from "./flags.ts";
import { runJob } from "./job.ts";
import { findPictures } from "./recorded.ts";
import type { GivenPictures, StylizeFlags } from "./stylize.ts";

/** Runs the job that goes on from the checkpoint at `path`; `pictures` are the photo and the paintings, where they are given. */
export async function runCarried(path: string, pictures: readonly string[], flags: StylizeFlags): Promise<void> {
  const { checkpoint, notes, slots, digest, problem } = await readCheckpoint(path);
  const { content, style, mask, styleMask, tile } = readNotes(slots.path, notes);
  const changes = readSettings(flags as unknown as Record<string, unknown>);
  const settings = carriedSettings(checkpoint, { tile, ...changes }, flagOf);
  const sources = await findPictures(
    { content, style, mask, styleMask },
    given(pictures, content, flags),
    dirname(slots.path),
  );
  const { step, steps, size } = checkpoint;
  await runJob(
    {
      ...sources,
      settings: givenSettings(settings),
      from: checkpoint,
      origin: { name: basename(slots.path), sha256: digest, step, steps },
      onStart({ levels }, say) {
        if (problem) say(problem);
        const at = (of: typeof size) => `${of.width}x${of.height}`;
        say(`Carrying on from step ${step} of ${steps} at ${at(size)}; the next level is ${at(levels[0]!)}.`);
      },
    },
    flags,
  );
}

/** The pictures that are given; a texture's are all paintings. */
function given(pictures: readonly string[], photo: unknown, { mask, styleMask }: StylizeFlags): GivenPictures {
  const [content, style] = photo ? [pictures[0], pictures.slice(1)] : [undefined, pictures];
  if (content !== undefined && style.length === 0) {
    const why = "the checkpoint knows photo and paintings; give all of them, or none";
    throw new UserError("usage", `${inMessage(content)}: ${why}.`);
  }
  return { content, mask, styleMask, ...(style.length > 0 && { style }) };
}
