/** `pastiche texture STYLE`: a texture from noise, after a painting or several. Flags in, one job run. */
import { Command } from "commander";
import { settingOptions } from "./flags.ts";
import { jobOptions, runGiven, type StylizeFlags } from "./stylize.ts";

interface TextureFlags extends StylizeFlags {
  /** `--tile` alone, or with a number as everywhere. */
  readonly tile?: true | string;
}

/** What only a photo gives a meaning to. */
const ofPhotos = new Set(["--alpha", "--content-weight", "--content-layers"]);

export function textureCommand(): Command {
  const command = new Command("texture")
    .description("a texture from noise, after a painting or several")
    .argument("<style...>", "the painting, or several; - for standard input");
  const settings = settingOptions().filter(({ long }) => long !== "--tile" && !ofPhotos.has(long!));
  return jobOptions(command, "STYLE-texture.png", settings)
    .option("--tile [pixels]", "alone: as --seamless; with a number, or off: work on tiles of so many pixels a side")
    .addHelpText("after", EXAMPLES)
    .action((style: string[], { tile, ...flags }: TextureFlags) =>
      runGiven({ style }, { ...flags, ...(tile === true ? { seamless: true } : { tile }) } as StylizeFlags),
    );
}

const EXAMPLES = `
Examples:
  pastiche texture painting.jpg -s 1024x512
  pastiche texture painting.jpg -s 512 -o tile.png --tile    repeats without a seam
`;
