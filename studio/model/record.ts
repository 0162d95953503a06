/** What a saved picture remembers of how it was made: the same words as the terminal's, so that each reads the other's. */
import type { Told } from "../engine/engine.ts";
import type { PictureFile } from "./pictures.ts";
import type { Project } from "./project.ts";
import type { Begun } from "./run.ts";

/** Keyword to text, for a PNG. */
export function recordOf(
  { project, settings }: Begun,
  { model, weights, runtime, precision, steps }: Extract<Told, { type: "start" }>,
  step: number,
): Record<string, string> {
  const { photo, paintings } = project;
  const record = {
    version: VERSION,
    ...{ model, weights, runtime, precision, step, steps },
    content: photo && source(photo),
    style: paintings.map(source),
    settings,
  };
  return { Software: `pastiche ${VERSION}`, pastiche: JSON.stringify(record) };
}

/** `photo-painting.png`. */
export function resultName({ photo, paintings }: Project): string {
  const bare = ({ name }: PictureFile) => name.replace(/\.\w+$/, "");
  return `${[photo, ...paintings].flatMap((one) => (one ? [bare(one)] : [])).join("-")}.png`;
}

function source({ name, digest }: PictureFile): { name: string; sha256: string } {
  return { name, sha256: digest };
}
