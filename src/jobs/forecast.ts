/** Predicts levels, tiles, memory and time of a job without running it. */
import { UserError } from "../errors.ts";
import type { StartEvent } from "../transfer/events.ts";
import { beginJob } from "./begin/begin.ts";
import type { JobFiles } from "./files.ts";
import { jobPictures } from "./pictures.ts";
import type { JobRequest } from "./request.ts";
import type { RunJobOptions, StylizerSource } from "./run.ts";

/**
 * The start event of the job that `request` describes: its levels, tiles, memory, and its time by a trial of a few small
 * steps. Nothing is painted and nothing is written. Errors as of `runJob`.
 */
export async function forecastJob(
  stylizer: StylizerSource,
  request: JobRequest,
  files: JobFiles,
  { signal, label = String }: RunJobOptions = {},
): Promise<StartEvent> {
  const job = await beginJob(request, files, label);
  const { maxPixels, machine } = job.request;
  const pictures = await jobPictures(job.pictures, job.settings, files, {
    maxPixels,
    memory: machine?.memory,
    label,
  });
  const computes = await stylizer({ ...machine, eightBits: job.eightBits });
  const given = { ...pictures.take(), settings: job.given, resume: job.resume?.checkpoint, from: job.from };
  for await (const event of computes.stylize(given, { signal, trial: Number.POSITIVE_INFINITY })) {
    if (event.type === "start") return event;
  }
  throw new UserError("usage", "The job has no start.");
}
