/** `pastiche texture STYLE`: a texture from noise, after a painting or several. */
import type { Command } from "commander";
import { type JobFlags, jobOptions, jobRequest, picturesOf } from "../options/job.ts";
import { readSettings, settingOptions } from "../options/settings.ts";
import type { Context } from "../terminal/context.ts";
import { runOnTerminal } from "../terminal/run-job.ts";

interface TextureFlags extends JobFlags {
  /** `--tile` alone, or with a number as everywhere. */
  readonly tile?: true | string;
}

/** What has a meaning only for a photo. */
const ofPhotos = new Set(["--alpha", "--content-weight", "--content-layers"]);

export function define(command: Command, context: Context): Command {
  command.argument("<style...>", "the painting, or several; - for standard input");
  const settings = settingOptions().filter(({ long }) => long !== "--tile" && !ofPhotos.has(long!));
  return jobOptions(command, "STYLE-texture.png", settings)
    .option("--tile [pixels]", "alone: as --seamless; with a number, or off: work on tiles of so many pixels a side")
    .addHelpText("after", EXAMPLES)
    .action((style: string[], { tile, ...flags }: TextureFlags) => {
      const { settings, start } = readSettings({ ...flags, ...(tile === true ? { seamless: true } : { tile }) });
      return runOnTerminal({ ...jobRequest(flags), settings, pictures: picturesOf({ style, start }) }, flags, context);
    });
}

const EXAMPLES = `
Examples:
  pastiche texture painting.jpg -s 1024x512
  pastiche texture painting.jpg -s 512 -o tile.png --tile    repeats without a seam
`;
