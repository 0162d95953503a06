/** What is set, in the words of others: a link, a command for the terminal, code for the library. */
import { type SettingsInput, settingText, settingWord } from "pastiche/web";
import { linkOf } from "./link.ts";
import type { Project } from "./project.ts";
import { paintingsInUse } from "./regions.ts";

/** The address of this page with the settings in it; pictures are in no link. */
export function addressOf({ settings }: Project, page: string): string {
  return page.replace(/[?#].*$/, "") + linkOf(settings);
}

/** The command that paints the same in a terminal. */
export function commandOf(project: Project): string {
  const { photo, mask, settings } = project;
  const pictures = [photo?.name ?? "PHOTO", ...namesOf(project)];
  const flags = Object.entries(settingsOfJob(project, settings)).flatMap(([name, value]) => {
    const flag = settingWord(name);
    return typeof value === "boolean"
      ? [value ? `--${flag}` : `--no-${flag}`]
      : [`--${flag}`, settingText(name, value)];
  });
  return ["pastiche", ...pictures, ...(mask ? ["--mask", "mask.png"] : []), ...flags].map(quoted).join(" ");
}

/** A program that paints the same, for Node. */
export function codeOf(project: Project): string {
  const { photo, mask, settings } = project;
  const own = settingsOfJob(project, settings);
  const paintings = namesOf(project);
  const job = {
    content: photo?.name ?? "photo.jpg",
    style: paintings.length === 1 ? paintings[0] : paintings,
    ...(mask && { mask: "mask.png" }),
    ...(Object.keys(own).length > 0 && { settings: own }),
  };
  return [
    'import { stylize, writePicture } from "pastiche/node";',
    "",
    `const { image } = await stylize(${JSON.stringify(job, null, 2)});`,
    'await writePicture("pastiche.png", { image });',
    "",
  ].join("\n");
}

function namesOf(project: Project): string[] {
  const paintings = paintingsInUse(project);
  return paintings.length > 0 ? paintings.map(({ name }) => name) : ["PAINTING"];
}

function settingsOfJob({ mask }: Project, { blend, ...settings }: SettingsInput): SettingsInput {
  return mask || blend === undefined ? settings : { blend, ...settings };
}

/** As a POSIX shell and PowerShell read it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
