/** Repeats the job of a result from its record, with some settings and pictures changed. */
import { cleaned, UserError } from "../../errors.ts";
import type { Depth } from "../../platform/pictures.ts";
import { changedSettings, givenSettings } from "../../settings/changes.ts";
import { checkPresent, type Parts } from "../../settings/parts.ts";
import type { Label } from "../../settings/settings.ts";
import { version } from "../../version.ts";
import type { JobFiles } from "../files.ts";
import { readResultRecord } from "../record/record.ts";
import type { JobRequest } from "../request.ts";
import type { PreparedJob } from "./job.ts";
import { picturesWith } from "./recorded-pictures.ts";

/** The job that makes the result at `path` again. */
export async function replayedJob(
  path: string,
  request: JobRequest,
  files: JobFiles,
  label: Label,
  parts: Parts,
): Promise<PreparedJob> {
  const { dirname, join, parse, withEnding } = files.paths;
  const made = await readResultRecord(path, files);
  if (made.from) {
    const why = `was carried on from a state (${made.from.name}), which its pictures do not give back`;
    // A state that was never a file is the studio's.
    const where = made.from.sha256 === undefined ? ", which the studio saves with its “Command for the terminal”" : "";
    throw new UserError(
      "usage",
      `${cleaned(path)} ${why}: \`pastiche show\` prints the command that makes it from that file${where}.`,
    );
  }
  checkPresent(made.settings, parts, cleaned(path));
  const { changes, pictures: given = {} } = { changes: request.settings ?? {}, pictures: request.pictures };
  const settings = changedSettings(
    made.settings,
    { ...(!parts.model && { model: made.model as never }), ...changes },
    String,
    parts,
  );
  // A changed kind of start replaces the file that the job started from.
  const start = given.start ?? (changes.init === undefined ? made.start : undefined);
  const { pictures, others } = await picturesWith({ ...made, start }, made, given, {
    folder: dirname(path),
    files,
    label,
  });
  const { dir, name, ext } = parse(path);
  const wanted = request.output || {};
  const output = wanted.path ?? withEnding(join(dir, name), `-replay${ext}`, 20);
  const depth = wanted.depth ?? (await depthFor(path, output, files));
  return {
    request: { ...request, output: request.output === false ? false : { ...wanted, path: output, depth } },
    pictures,
    settings,
    given: givenSettings(settings),
    eightBits: made.precision === "int8",
    remarks: ({ runtime, weights, model, precision }) => [
      ...others.map((other) => `Note: ${other} is not the picture that it was made of.`),
      ...(runtime !== made.runtime
        ? [`Note: it was made on ${made.runtime}, this is ${runtime}; the last bits may differ.`]
        : []),
      ...(settings.precision === "auto" && precision !== made.precision
        ? [`Note: most of its steps were in ${made.precision}, which cannot be here; now they are in ${precision}.`]
        : []),
      ...(model === made.model && weights !== made.weights
        ? [`Note: it was made with other weights of ${model} (${made.weights.slice(0, 16)}).`]
        : []),
      ...(made.version !== version
        ? [`Note: it was made with pastiche ${made.version}, this is ${version}; the result may differ.`]
        : []),
      ...(made.adjusted?.length
        ? [`Note: its settings were changed at step ${steps(made.adjusted)}; now the last ones count from the start.`]
        : []),
      ...(made.step < made.steps ? [`Note: it shows step ${made.step} of ${made.steps}; now all are done.`] : []),
    ],
  };
}

/** The steps of changes, each once. */
function steps(changes: readonly { readonly step: number }[]): string {
  return [...new Set(changes.map(({ step }) => step))].join(", ");
}

/** The depth of the result, where the output's format has it. */
async function depthFor(path: string, output: string, files: JobFiles): Promise<Depth> {
  const { depth } = await files.readPicture(path, { longSide: 1 });
  return depth === 16 && /\.(png|tiff?)$/i.test(output) ? 16 : 8;
}
