/** Reconstructions of one picture from every layer, as a labelled sheet: figure 1 of Gatys et al., one job each. */
import { clampImage, type Image } from "../image/image.ts";
import { resize } from "../image/resize.ts";
import { type Cell as SheetCell, sheet } from "../image/sheet.ts";
import type { JobFiles } from "../jobs/files.ts";
import { type MachineRequest, source } from "../jobs/request.ts";
import { runJob, type StylizerSource } from "../jobs/run.ts";
import type { Backbone } from "../models/backbone.ts";
import { type Label, parseSettings, type SettingsInput } from "../settings/settings.ts";
import { figureLayers, type Reconstruction, reconstruction } from "../transfer/inspect/reconstruct.ts";
import type { GridEvent } from "./run.ts";

/** Reconstructions of one picture: see `runFigure`. */
export interface FigureRequest {
  /** The picture's file. */
  readonly picture: string;
  readonly kinds: readonly Reconstruction[];
  /** Whatever differs from a reconstruction's own. */
  readonly settings: SettingsInput;
  readonly backbone: Backbone;
  /** What the events call the sheet. */
  readonly output: string;
  readonly maxPixels?: number | undefined;
  readonly machine?: MachineRequest | undefined;
}

interface FigureOptions {
  readonly signal?: AbortSignal | undefined;
  readonly label?: Label | undefined;
}

/**
 * Reconstructs the picture from every layer of the paper's figure. The return value is the sheet; of a figure that was
 * stopped, what there is.
 */
export async function* runFigure(
  stylizer: StylizerSource,
  { picture, kinds, settings: given, backbone, output, maxPixels, machine }: FigureRequest,
  files: JobFiles,
  { signal, label }: FigureOptions = {},
): AsyncGenerator<GridEvent, Image> {
  const settings = (kind: Reconstruction, layers: readonly string[]): SettingsInput => ({
    ...reconstruction(kind, layers),
    ...given,
  });
  const { size, steps } = parseSettings(settings("content", ["conv1_1"]), label);
  const longSide = typeof size === "number" ? size : undefined;
  const { image } = await files.readPicture(picture, { longSide, maxPixels, memory: machine?.memory });
  const parts = kinds.flatMap((kind) =>
    figureLayers(backbone, kind).map((layers) => {
      const name = layers.length === 1 ? layers[0]! : `${layers[0]} to ${layers.at(-1)}`;
      return { kind, layers, name };
    }),
  );
  const cells = new Map(parts.map((part): [typeof part, SheetCell] => [part, { label: `${part.name} (not done)` }]));
  const pictures = { content: source(picture), style: [source(picture)] };
  // From the deepest layers, which need most memory, to the first one: what is said of the first job then holds for all.
  for (const [i, part] of parts.toReversed().entries()) {
    if (signal?.aborted) break;
    const { kind, layers, name } = part;
    yield { type: "cell", cell: i + 1, cells: parts.length, name: `${kind} ${name}`, output };
    const request = { pictures, settings: settings(kind, layers), output: false as const, maxPixels, machine };
    for await (const event of runJob(stylizer, request, files, { signal, label })) {
      yield event;
      if (event.type === "done") cells.set(part, { image: event.image, label: name });
    }
  }
  const words = { content: "content: where things are", style: "style: what they are made of" };
  const made = [...cells.values()].find((cell) => cell.image)?.image ?? image;
  const shown: Image = clampImage(resize(image, made));
  const about = `${made.width}x${made.height} pixels, ${steps} steps from noise`;
  return sheet({
    title: `What ${backbone.name} keeps of ${files.paths.basename(picture)}: ${about}\n${kinds.map((kind) => words[kind]).join("\n")}`,
    rows: kinds.map((kind) => {
      const own = parts.filter((part) => part.kind === kind);
      return { cells: [{ image: shown, label: "the picture" }, ...own.map((part) => cells.get(part)!)] };
    }),
  });
}
