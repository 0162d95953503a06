/**
 * `--report out.html`: what a job was made of, how it went and what came of it, gathered while it runs and written as one
 * page. How the page looks, and what is computed, it refuses to know.
 */
import { basename } from "node:path";
import { UserError } from "../errors.ts";
import type { Image } from "../image/image.ts";
import { type Band, readCurves } from "../pages/curves.ts";
import { type Fact, type Input, readSnapshots, reportPage, type Snapshot } from "../pages/report.ts";
import { readRegular } from "../platform/node/regular.ts";
import { checkWritable, writeAtomically } from "../platform/node/write.ts";
import type { Level } from "../schedule/pyramid.ts";
import { givenSettings } from "../settings/changes.ts";
import { parseSettings, type SettingsInput } from "../settings/settings.ts";
import type { StartEvent, StepEvent, StylizeEvent } from "../transfer/events.ts";
import { listed } from "../transfer/pictures/paintings.ts";
import type { Origin } from "./checkpoint-notes.ts";
import { settingTexts } from "./flags.ts";
import type { Facts, JobPictures, Sources } from "./inputs.ts";
import { lossLog } from "./loss-log.ts";
import { pagePicture } from "./page-pictures.ts";
import { clock } from "./progress.ts";
import type { Shown } from "./result-files.ts";
import { listRoles, mapRolesInTurn, type Roles, roleAt, roles } from "./roles.ts";
import { commandLine } from "./shell.ts";
import { madeWords } from "./show.ts";
import type { Course } from "./telling.ts";
import { version } from "./version.ts";

/** Long sides of the pictures in a page, in pixels: the ones that are looked at, and those beside them. */
const [LARGE, SMALL] = [1600, 640];
/** A curve's most points; a strip's most pictures. */
const [POINTS, STRIP] = [4000, 24];

export interface Reporting {
  /** Is a picture of this step worth a place in the strip? */
  wants(event: StepEvent): boolean;
  /** Takes note of an event. */
  follow(event: StylizeEvent): Promise<void>;
  /** Writes the page; `stopped` says why there is no more. */
  write(course: Course, output: string, stopped?: string): Promise<void>;
}

interface Request extends Sources {
  readonly settings: SettingsInput;
  readonly origin?: Origin | undefined;
  /** Does it go on with a job that was stopped? */
  readonly resume?: unknown;
}

/** Refuses now what could not be written at the end. `mine`: a report of the same job may be replaced. */
export async function checkReport(path: string, { force, mine }: { force: boolean; mine?: Facts | undefined }) {
  if (!/\.html?$/i.test(path)) {
    throw new UserError(
      "usage",
      `--report: expected the name of a page, as in report.html, got ${JSON.stringify(path)}.`,
    );
  }
  await checkWritable(path, { force: force || (mine !== undefined && (await reportOf(path, mine)) !== undefined) });
}

/** A report of the job, to be written to `path`. The pictures are embedded now: the job will hand them on. */
export async function reporting(
  path: string,
  request: Request,
  { look, facts, alphaAt }: JobPictures,
): Promise<Reporting> {
  const embed = (image: Image, most: number) => pagePicture({ image, alpha: alphaAt(image) }, most);
  const images: Roles<Image> = { ...look(), style: listed(look().style) };
  const inputs = await mapRolesInTurn(images, async (image, role, index): Promise<Input> => {
    const picture = role === "content" ? embed(image, LARGE) : pagePicture({ image }, SMALL);
    return { role: roles[role], name: basename(roleAt(request, role, index)!.name), picture: await picture };
  });
  // What a stopped job has told already is in its page.
  const earlier = request.resume ? await reportOf(path, facts) : undefined;
  let log = lossLog(POINTS);
  let snapshots: Snapshot[] = [];
  let wanted: ReadonlySet<number> = new Set();
  return {
    wants: ({ step }) => wanted.has(step),
    async follow(event) {
      if (event.type === "start") {
        const { levels, resumed = 0 } = event;
        wanted = snapshotSteps(levels);
        if (earlier !== undefined) {
          log = lossLog(POINTS, readCurves(earlier, resumed));
          snapshots = readSnapshots(earlier).filter(({ step }) => step <= resumed);
        }
      }
      if (event.type === "step") log.add(event);
      if (event.type !== "image") return;
      snapshots.push({ step: event.step, picture: await embed(event.image, SMALL) });
      if (snapshots.length > STRIP) snapshots = snapshots.filter((_, i) => i % 2 === 1);
    },
    async write(course, output, stopped) {
      const { start: begun, last } = course;
      if (!begun || !last) return;
      const settings = parseSettings(request.settings);
      const page = reportPage({
        title: titleOf(request),
        about: `${last.image.width} × ${last.image.height} pixels, ${last.step} steps, ${clock(course.seconds)}`,
        warning: warningOf(begun, last, stopped, log.curves().steps[0] ?? 0),
        key: keyOf(facts),
        inputs: listRoles(inputs),
        before: inputs.content,
        result: await embed(last.image, LARGE),
        snapshots: snapshots.filter(({ step }) => step < last.step),
        facts: factsOf(course, begun, output),
        curves: log.curves(),
        bands: bandsOf(begun.levels),
        command: commandLine(madeWords({ ...request, from: request.origin, settings, model: begun.model })),
        settings: settingTexts(givenSettings(settings)),
        made: `Made by pastiche ${version} on ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC.`,
      });
      const force = true; // Looked at before the first step.
      await writeAtomically(path, new TextEncoder().encode(page), { force });
    },
  };
}

function titleOf({ content, style }: Sources): string {
  const styles = style.map(({ name }) => basename(name)).join(" and ");
  return content ? `${basename(content.name)} in the style of ${styles}` : `A texture after ${styles}`;
}

/** About eight steps, spread over the levels, with the end of each among them. */
function snapshotSteps(levels: readonly Level[]): Set<number> {
  const total = levels.reduce((sum, { steps }) => sum + steps, 0);
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

/** Levels as parts of a chart. */
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

function factsOf({ last, loss, seconds }: Course, start: StartEvent, output: string): Fact[] {
  const { image, step } = last!;
  const taken = step - (start.resumed ?? 0);
  return [
    ["file", output === "-" ? "standard output" : basename(output)],
    ["size", `${image.width} × ${image.height}`],
    ["steps", step === start.steps ? `${step}` : `${step} of ${start.steps}`],
    ["time", `${clock(seconds)} (${(taken / seconds).toPrecision(2)} steps a second)`],
    ["loss", loss.toPrecision(4)],
    ["network", `${start.model} ${start.weights.slice(0, 8)}`],
    ["runtime", start.runtime],
    ["levels", String(start.levels.length)],
  ];
}

/** What a report says of the pictures it is about, for `reportOf`. */
function keyOf(facts: Facts): string {
  return listRoles(facts)
    .map(({ digest }) => digest)
    .join(" ");
}

/** The page at `path`, if it is a report of a job with these pictures. */
async function reportOf(path: string, facts: Facts): Promise<string | undefined> {
  const text = await readRegular(path).then(String, () => "");
  return text.slice(0, 4000).includes(`<meta name="pastiche" content="${keyOf(facts)}">`) ? text : undefined;
}
