/** How the picture that is shown is made again elsewhere: its job, and the files that the job's command names. */
import { type Checkpoint, encodeCheckpoint, type Settings, UserError } from "pastiche/web";
import { stateOnComputer } from "../engine/computer.ts";
import type { KeptState } from "../engine/engine.ts";
import { project, settings, usual } from "../project/project.ts";
import { MASK, START, stateName } from "../project/record.ts";
import { filesOf, type NamedFile, type Repetition } from "../project/share.ts";
import { begun, isStale, knownOf, shown } from "./state.ts";

/** The job of the picture that is shown; where there is none, or other things are set by now, a job with those. */
export function repetition(): Repetition {
  const picture = shown.peek();
  const made = picture && !isStale.peek() ? knownOf(picture) : undefined;
  if (!made) return { project: project.peek(), settings: unblended(settings.peek()), model: settings.peek().model };
  const { known, start } = made;
  const begins = begun.peek()?.begins.from || known.from ? "state" : start ? "picture" : undefined;
  return { project: made.project, settings: unblended(known.settings), model: known.model, begins };
}

/** With regions, the blend does not count. */
function unblended(all: Settings): Settings {
  return project.peek().mask ? { ...all, blend: usual.peek().blend } : all;
}

/** All files that the command names, for a folder. Rejects with a `UserError` where the job's beginning is not kept any more. */
export async function filesFor(job: Repetition): Promise<NamedFile[]> {
  const { content, style, mask } = filesOf(job.project);
  const beginning = job.begins && (await beginningOf(job));
  return [content, ...style, mask, beginning].filter((one) => one !== undefined);
}

async function beginningOf(job: Repetition): Promise<NamedFile> {
  const { from, start } = begun.peek()!.begins;
  if (job.begins === "picture") return { name: START, file: start!.file };
  const checkpoint = from && (await checkpointAt(from.step, from.state()));
  if (!checkpoint) {
    throw new UserError(
      "file",
      "What this picture went on from is not in memory any more: the command cannot make it again. Paint again to have one that can.",
    );
  }
  const bytes = await encodeCheckpoint(checkpoint, undefined, notesOf(job));
  return { name: stateName(job.project), file: new Blob([bytes]) };
}

/** The state after exactly that step. */
async function checkpointAt(step: number, kept: KeptState | undefined): Promise<Checkpoint | undefined> {
  const found = kept?.place === "computer" ? await stateOnComputer(kept) : kept?.checkpoint;
  return found?.step === step ? found : undefined;
}

/** What the terminal writes into a checkpoint besides the state: the job's pictures, and how it is to be gone on with. */
function notesOf({ project: { photo, paintings, mask }, settings: { tile } }: Repetition): object {
  const named = ({ name, digest }: { readonly name: string; readonly digest: string }) => ({ name, sha256: digest });
  return {
    version: VERSION,
    pictures: {
      content: photo && named(photo),
      style: paintings.map(named),
      mask: mask && named({ name: MASK, digest: mask.digest }),
    },
    tile,
    rest: { output: { path: "pastiche.png" }, checkpoint: {}, machine: {} },
  };
}
