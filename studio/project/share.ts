/** What is set, or how a picture was made, in the words of others: a link, a command for the terminal, code for the library. */
import { chosenSettings, givenSettings, jobs, type Settings, type SettingsInput } from "pastiche/web";
import { linkOf } from "./link.ts";
import type { Project } from "./project.ts";
import { MASK, START, stateName } from "./record.ts";
import { paintingsInUse } from "./regions.ts";

/** A job that can be given again elsewhere. */
export interface Repetition {
  readonly project: Project;
  /** All settings, complete. */
  readonly settings: Settings;
  /** The network; `auto` where nothing was painted with it yet. */
  readonly model: string;
  /** What it begins with, where that is another job's state or picture. */
  readonly begins?: "state" | "picture" | undefined;
}

/** A file that a command names. */
export interface NamedFile {
  readonly name: string;
  readonly file: Blob;
}

/** The address of this page with the settings in it; pictures are in no link. */
export function addressOf({ settings }: Project, page: string): string {
  return page.replace(/[?#].*$/, "") + linkOf(settings);
}

/** The command that paints the same in a terminal. */
export function commandOf(repetition: Repetition): string {
  const { project, settings, model, begins } = repetition;
  const { content, style, mask } = filesOf(project);
  const words = jobs.commandWords({
    settings,
    model,
    content: content ?? { name: "PHOTO" },
    style: style.length > 0 ? style : [{ name: "PAINTING" }],
    mask,
    ...(begins === "state" && { from: { name: stateName(project) } }),
    ...(begins === "picture" && { start: { name: START } }),
  });
  const at = words.indexOf("--model");
  return jobs.commandLine(model === "auto" ? words.toSpliced(at, 2) : words);
}

/** A program that paints the same, for Node. */
export function codeOf({ project, settings, model, begins }: Repetition): string {
  const { content, style, mask } = filesOf(project);
  const [first = "PAINTING", ...others] = style.map(({ name }) => name);
  // What is left out of a job that goes on from a state is that state's.
  const { init: _, initNoise: __, ...given } = givenSettings(settings);
  const named = { ...(begins === "state" ? given : chosenSettings(settings)), ...(model !== "auto" && { model }) };
  const job = {
    content: content?.name ?? "photo.jpg",
    style: others.length === 0 ? first : [first, ...others],
    ...(mask && { mask: mask.name }),
    ...(begins === "state" && { from: stateName(project) }),
    ...(begins === "picture" && { start: START }),
    ...(Object.keys(named).length > 0 && { settings: named as SettingsInput }),
  };
  return [
    'import { stylize, writePicture } from "pastiche/node";',
    "",
    `const { image } = await stylize(${JSON.stringify(job, null, 2)});`,
    'await writePicture("pastiche.png", { image });',
    "",
  ].join("\n");
}

/** The pictures of a job under the names that its command has for them, each another. */
export function filesOf(project: Project): {
  readonly content: NamedFile | undefined;
  readonly style: readonly NamedFile[];
  readonly mask: NamedFile | undefined;
} {
  const taken = new Set([START, MASK, stateName(project)]);
  const named = ({ name, file }: NamedFile): NamedFile => {
    let own = name;
    for (let n = 2; taken.has(own); n++) own = name.replace(/(\.\w+)?$/, `-${n}$1`);
    taken.add(own);
    return { name: own, file };
  };
  const { photo, mask } = project;
  return {
    content: photo && named(photo),
    style: paintingsInUse(project).map(named),
    mask: mask && { name: MASK, file: mask.file },
  };
}
