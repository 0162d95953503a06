/** The report of a job: collected while it runs, written as one HTML file. */

import type { Band, Fact, Input, Report, Snapshot } from "#pages";
import { UserError } from "../../errors.ts";
import type { Image } from "../../image/image.ts";
import { type Level, stepsOf } from "../../schedule/pyramid.ts";
import { givenSettings } from "../../settings/changes.ts";
import type { Label } from "../../settings/settings.ts";
import type { StartEvent, StepEvent, StylizeEvent } from "../../transfer/events.ts";
import { listed } from "../../transfer/pictures/paintings.ts";
import { listRoles, mapRolesInTurn, type Roles, roleAt, roleNames } from "../../transfer/pictures/roles.ts";
import { version } from "../../version.ts";
import { outputOf, type PreparedJob } from "../begin/job.ts";
import type { JobFiles } from "../files.ts";
import type { Shown } from "../output/results.ts";
import type { Paths } from "../paths.ts";
import type { Facts, JobPictures } from "../pictures.ts";
import { commandLine, commandWords, settingTexts } from "../record/command.ts";
import type { Sources } from "../request.ts";
import { curvesUntil, lossHistory, roundedCurves } from "./history.ts";
import { pagePicture } from "./pictures.ts";
import { clock } from "./time.ts";

/** Long sides of the pictures in a page, in pixels: large ones and thumbnails. */
const [LARGE, SMALL] = [1600, 640];
/** The most points of a curve, and the most snapshots. */
const [POINTS, STRIP] = [4000, 24];
/** Characters at the beginning of a page that have its key. */
const HEAD = 4000;

export interface JobReport {
  /** Whether a snapshot of this step is wanted. */
  wants(event: StepEvent): boolean;
  /** Adds an event. */
  follow(event: StylizeEvent): Promise<void>;
  /** Writes the page; `stopped` is the reason of an early end. */
  write(progress: Progress, output: string, stopped?: string): Promise<void>;
}

/** The progress of a job, for a page. */
export interface Progress {
  readonly start: StartEvent | undefined;
  readonly last: Shown | undefined;
  readonly loss: number;
  readonly seconds: number;
}

/**
 * The report of a job, for `path`. Its pictures are embedded now, because the job will release them. A `usage` or `file`
 * error if `path` could not be written at the end; a report of the resumed job may be replaced.
 */
export async function jobReport(
  path: string,
  job: PreparedJob,
  { look, facts, alphaAt }: JobPictures,
  files: JobFiles,
  label: Label,
): Promise<JobReport> {
  await checkReport(path, job, facts, files, label);
  const embed = (image: Image, most: number) => pagePicture({ image, alpha: alphaAt(image) }, most, files);
  const images: Roles<Image> = { ...look(), style: listed(look().style) };
  const inputs = await mapRolesInTurn(images, async (image, role, index): Promise<Input> => {
    const picture = role === "content" ? embed(image, LARGE) : pagePicture({ image }, SMALL, files);
    const { name } = roleAt(job.pictures, role, index)!;
    return { role: roleNames[role], name: files.paths.basename(name), picture: await picture };
  });
  // The page that the job wrote when it was stopped has the curves and snapshots until then.
  const earlier = job.resume ? await earlierReport(path, facts, files) : undefined;
  let log = lossHistory(POINTS);
  let snapshots: Snapshot[] = [];
  let wanted: ReadonlySet<number> = new Set();
  return {
    wants: ({ step }) => wanted.has(step),
    async follow(event) {
      if (event.type === "start") {
        const { levels, resumed = 0 } = event;
        wanted = snapshotSteps(levels);
        if (earlier) {
          log = lossHistory(POINTS, curvesUntil(resumed, earlier.curves));
          snapshots = earlier.snapshots.filter(({ step }) => step <= resumed);
        }
      }
      if (event.type === "step") log.add(event);
      if (event.type !== "image") return;
      snapshots.push({ step: event.step, picture: await embed(event.image, SMALL) });
      if (snapshots.length > STRIP) snapshots = snapshots.filter((_, i) => i % 2 === 1);
    },
    async write(progress, output, stopped) {
      const { start: begun, last } = progress;
      if (!begun || !last) return;
      const { pictures, origin, settings } = job;
      const { reportPage } = await import("#pages");
      const page = reportPage({
        title: titleOf(pictures, files.paths),
        about: `${last.image.width} × ${last.image.height} pixels, ${last.step} steps, ${clock(progress.seconds)}`,
        warning: warningOf(begun, last, stopped, log.curves().steps[0] ?? 0),
        key: keyOf(facts),
        inputs: listRoles(inputs),
        before: inputs.content,
        result: await embed(last.image, LARGE),
        snapshots: snapshots.filter(({ step }) => step < last.step),
        facts: factsOf(progress, begun, output, files.paths),
        curves: roundedCurves(log.curves()),
        bands: bandsOf(begun.levels),
        command: commandLine(commandWords({ ...pictures, from: origin, settings, model: begun.model })),
        settings: settingTexts(givenSettings(settings)),
        made: creditLine(),
      });
      const force = true; // Checked before the first step.
      await files.write(path, new TextEncoder().encode(page), { force });
    },
  };
}

/** The last line of a page. */
export function creditLine(): string {
  return `Made by pastiche ${version} on ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC.`;
}

async function checkReport(path: string, job: PreparedJob, facts: Facts, files: JobFiles, label: Label): Promise<void> {
  if (!/\.html?$/i.test(path)) {
    const expected = "expected the name of a page, as in report.html";
    throw new UserError("usage", `${label("report")}: ${expected}, got ${JSON.stringify(path)}.`);
  }
  const own = job.resume !== undefined && (await reportOf(path, facts, files)) !== undefined;
  await files.checkWritable(path, { force: own || outputOf(job.request).force === true });
}

function titleOf({ content, style }: Sources, { basename }: Paths): string {
  const styles = style.map(({ name }) => basename(name)).join(" and ");
  return content ? `${basename(content.name)} in the style of ${styles}` : `A texture after ${styles}`;
}

/** About eight steps, spread over the levels, with the end of each among them. */
function snapshotSteps(levels: readonly Level[]): Set<number> {
  const total = stepsOf(levels);
  const found = new Set<number>();
  let before = 0;
  for (const { steps } of levels) {
    const count = Math.max(1, Math.round((8 * steps) / total));
    for (let i = 1; i <= count; i++) found.add(before + Math.round((i * steps) / count));
    before += steps;
  }
  found.delete(total);
  return found;
}

/** Levels as bands of a chart. */
export function bandsOf(levels: readonly Level[]): Band[] {
  let from = 0;
  return levels.map(({ width, height, steps }) => {
    const band = { from, to: from + steps, label: `${width} × ${height}` };
    from = band.to;
    return band;
  });
}

function warningOf({ steps, resumed = 0 }: StartEvent, { step }: Shown, stopped: string | undefined, first: number) {
  const words = [
    ...(stopped === undefined ? [] : [`${stopped} after step ${step} of ${steps}.`]),
    ...(first > resumed && resumed > 0 ? [`Resumed after step ${resumed}: what came before is not known.`] : []),
  ];
  return words.length > 0 ? words.join(" ") : undefined;
}

function factsOf({ last, loss, seconds }: Progress, start: StartEvent, output: string, paths: Paths): Fact[] {
  const { image, step } = last!;
  const taken = step - (start.resumed ?? 0);
  return [
    ["file", output === "-" ? "standard output" : paths.basename(output)],
    ["size", `${image.width} × ${image.height}`],
    ["steps", step === start.steps ? `${step}` : `${step} of ${start.steps}`],
    ["time", `${clock(seconds)} (${(taken / seconds).toPrecision(2)} steps a second)`],
    ["loss", loss.toPrecision(4)],
    ["network", `${start.model} ${start.weights.slice(0, 8)}`],
    ["runtime", start.runtime],
    ["levels", String(start.levels.length)],
  ];
}

/** The key of a report: the digests of its pictures. */
function keyOf(facts: Facts): string {
  return listRoles(facts)
    .map(({ digest }) => digest)
    .join(" ");
}

/** The page at `path`, if it is a report of a job with these pictures. */
async function reportOf(path: string, facts: Facts, files: JobFiles): Promise<string | undefined> {
  const bytes = await files.find(path);
  const text = bytes ? new TextDecoder("utf-8").decode(bytes) : "";
  return text.slice(0, HEAD).includes(`<meta name="pastiche" content="${keyOf(facts)}"`) ? text : undefined;
}

/** The data of that page; undefined if there is none or it cannot be read. */
async function earlierReport(path: string, facts: Facts, files: JobFiles): Promise<Report | undefined> {
  const text = await reportOf(path, facts, files);
  if (text === undefined) return undefined;
  const { readReport } = await import("#pages");
  return readReport(text);
}
