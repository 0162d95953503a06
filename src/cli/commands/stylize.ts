/** `pastiche CONTENT STYLE`: one photo in the style of one painting, or of several. */
import type { Command } from "commander";
import { UserError } from "../../errors.ts";
import { type JobFlags, jobOptions, jobRequest, type MaskFlags, maskOptions, picturesOf } from "../options/job.ts";
import { readSettings, settingOptions } from "../options/settings.ts";
import type { Context } from "../terminal/context.ts";
import { runOnTerminal } from "../terminal/run-job.ts";

interface StylizeFlags extends JobFlags, MaskFlags {
  readonly from?: string;
}

export function define(command: Command, context: Context): Command {
  command
    .usage("[options] <content> <style...>")
    .argument("[content]", "the photo: JPEG, PNG, WebP, AVIF, TIFF or GIF; - for standard input")
    .argument("[style...]", "the painting, or several; - for standard input");
  return jobOptions(maskOptions(command), "CONTENT-STYLE.png", settingOptions())
    .option("--from <checkpoint>", "go on from that job's state: other settings or paintings, a larger --size")
    .addHelpText("after", EXAMPLES)
    .action(async (content: string | undefined, style: string[], flags: StylizeFlags) => {
      const { from, mask, styleMask } = flags;
      if (from === undefined && (content === undefined || style.length === 0))
        return missing(command, content === undefined ? "content" : "style");
      const { settings, start } = readSettings(flags);
      const request = { ...jobRequest(flags), settings };
      if (from === undefined) {
        const pictures = picturesOf({ content, style, mask, styleMask, start });
        return runOnTerminal({ ...request, pictures }, flags, context);
      }
      const pictures = await carriedPictures(from, content, style, context);
      return runOnTerminal(
        { ...request, from, pictures: { ...pictures, ...picturesOf({ mask, styleMask, start }) } },
        flags,
        context,
      );
    });
}

/** The pictures of a job that goes on from another's state, where they are given; a texture's are all paintings. */
async function carriedPictures(from: string, content: string | undefined, style: string[], context: Context) {
  if (content === undefined) return {};
  const { jobs, nodeFiles } = await context.library();
  if (!(await jobs.hasPhoto(from, nodeFiles))) return picturesOf({ style: [content, ...style] });
  if (style.length > 0) return picturesOf({ content, style });
  const why = "the checkpoint knows photo and paintings; give all of them, or none";
  throw new UserError("usage", `${content}: ${why}.`);
}

/** Complains as commander does: a picture may be missing only where a checkpoint knows it. */
function missing(command: Command, name: string): never {
  return command.error(`error: missing required argument '${name}'`, { code: "commander.missingArgument" });
}

const EXAMPLES = `
Examples:
  pastiche photo.jpg painting.jpg -o pastiche.png
  pastiche photo.jpg painting.jpg -s 1024 --alpha 1.5         larger, and closer to the photo
  pastiche photo.jpg painting.jpg --style-scale 0.5           finer strokes
  pastiche photo.jpg painting.jpg -o small.png --keep-checkpoint
  pastiche --from small.png.ckpt -s 2048 -o large.png         carried on to a larger size
  pastiche --from small.png.ckpt --alpha 0.1 -o branch.png    or with other settings
  curl -s https://example.org/photo.jpg | pastiche - painting.jpg -o - > pastiche.png

Exit status: 0 done, 1 failed, 2 usage, 3 bad picture, 4 no network, 5 out of memory or device, 130 stopped by Ctrl-C.
`;
