/** Reads a backbone's weights from a file's bytes: detects the format and the convention, and converts to ours. */
import { UserError } from "../errors.ts";
import { type Backbone, convolutions } from "../models/backbone.ts";
import {
  byIndex,
  byLayer,
  type Convention,
  type ConventionName,
  conventions,
  keras3Names,
  kerasNaming,
  type Naming,
  toWeights,
} from "./layouts.ts";
import { openSafetensors } from "./safetensors.ts";
import { badFile, type StoredTensors, showName } from "./stored-tensors.ts";
import { unsupportedFormat, unsupportedZip } from "./unsupported-formats.ts";
import type { Weights } from "./weights.ts";

/** The formats that can be read. */
type WeightsFormat = "safetensors" | "pth" | "h5";

/**
 * The format of a weights file by its first bytes, not its name. Throws a `UserError` that says what the bytes look
 * like.
 */
function weightsFormat(bytes: Uint8Array): WeightsFormat {
  const begins = (...start: number[]) => start.every((byte, i) => bytes[i] === byte);
  const text = String.fromCharCode(...bytes.subarray(0, 64)).trimStart();
  if (bytes.length === 0) throw badFile("it is empty");
  if (begins(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a)) return "h5";
  if (begins(0x50, 0x4b, 0x03, 0x04) || begins(0x80, 0x02, 0x8a)) return "pth";
  if (bytes[8] === 0x7b) return "safetensors";
  const foreign = unsupportedFormat(bytes);
  if (foreign !== undefined) throw badFile(foreign);
  const looks = /^<(!doctype|html|\?xml)/i.test(text)
    ? "a web page, perhaps an error message that was saved under this name"
    : text.startsWith("version https://git-lfs")
      ? "a pointer of Git LFS; fetch the real file with `git lfs pull`"
      : begins(0x1f, 0x8b)
        ? "a gzip archive; unpack it first"
        : begins(0x80)
          ? "a Python pickle, but not one of torch.save"
          : "something else, or damaged at its start";
  throw badFile(`expected a .safetensors, .pth or .h5 file, but it is ${looks}`);
}

export interface ReadWeightsOptions {
  /** The preprocessing of the network's images; by default detected from names and metadata. */
  readonly convention?: ConventionName | undefined;
  /** Called with the convention that was used. */
  readonly onConvention?: ((convention: Convention) => void) | undefined;
}

/**
 * The weights of `backbone` in `bytes`: a Keras `.h5`, a `.pth` or a `.safetensors` file with the names of torchvision,
 * of a plain `Sequential`, or like `conv1_1`, with any prefix (`module.`, `vgg.`). Names, types and shapes are checked
 * before any number is read. The result may be a view of `bytes`.
 * @param subject The name of the file in messages.
 * @throws UserError `model`: damaged, hostile, another network, or numbers that are not finite.
 */
export async function readWeights(
  bytes: Uint8Array,
  backbone: Backbone,
  subject = "The file",
  options: ReadWeightsOptions = {},
): Promise<Weights> {
  try {
    switch (weightsFormat(bytes)) {
      case "h5": {
        const { withH5 } = await import("./h5.ts");
        const convention = conventionFor(options, "keras");
        const names = kerasNaming.names(backbone);
        return await withH5(bytes, names, keras3Names(backbone), (tensors) =>
          toWeights(tensors, { ...kerasNaming, ...convention }, backbone),
        );
      }
      case "pth": {
        const zip = unsupportedZip(bytes);
        if (zip !== undefined) throw badFile(zip);
        const { openPth } = await import("./pth.ts");
        return fromNames(openPth(bytes), backbone, options);
      }
      case "safetensors": {
        const { tensors, metadata } = openSafetensors(bytes);
        return fromNames(tensors, backbone, options, metadata.get("format") === "pastiche");
      }
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.code, `${subject} cannot be used as ${backbone.name}'s weights: ${error.message}.`, {
      cause: error,
    });
  }
}

/** The convention that was requested, else the detected one. */
function conventionFor({ convention, onConvention }: ReadWeightsOptions, found: ConventionName): Convention {
  const chosen = conventions[convention ?? found];
  onConvention?.(chosen);
  return chosen;
}

/** Detects naming and convention from the names of the convolutions and other tensors. */
function fromNames(stored: StoredTensors, backbone: Backbone, options: ReadWeightsOptions, ours = false): Weights {
  // DataParallel adds `module.` somewhere in every name.
  const tensors = new Map(
    [...stored].map(([name, tensor]) => [name.replace(/(^|\.)module(?=\.)/g, "").replace(/^\./, ""), tensor]),
  );
  const namings: [Naming, ConventionName][] = [
    [byLayer, ours || hasOurs(tensors) ? "pastiche" : "caffe"],
    [byIndex, hasCaffesClassifier(tensors) ? "caffe" : "torchvision"],
  ];
  for (const [naming, found] of namings) {
    const prefix = prefixOf(tensors, naming.names(backbone));
    if (prefix === undefined) continue;
    const names = () => naming.names(backbone).map((name) => `${prefix}${name}`);
    return toWeights(tensors, { ...naming, names, ...conventionFor(options, found) }, backbone);
  }
  const [first, second] = [byLayer, byIndex].map((naming) => `${naming.names(backbone)[0]}.weight`);
  const known = [...tensors.keys()].slice(0, 3).map(showName).join(", ");
  throw badFile(
    `it holds neither ${first} nor features.${second} of the ${convolutions(backbone).length} convolutions` +
      (known === "" ? "; it holds no tensors" : `, but ${known}${tensors.size > 3 ? " ..." : ""}`),
  );
}

/** The prefix of the names, if all of them or else most of them are found. */
function prefixOf(tensors: StoredTensors, names: readonly string[]): string | undefined {
  const first = `${names[0]}.weight`;
  const prefixes = [...tensors.keys()]
    .filter((name) => name === first || name.endsWith(`.${first}`))
    .map((name) => name.slice(0, -first.length));
  const there = (prefix: string) => names.filter((name) => tensors.has(`${prefix}${name}.weight`)).length;
  return prefixes.sort((a, b) => there(b) - there(a))[0];
}

/** Whether the file has tensors that only our own files have. */
function hasOurs(tensors: StoredTensors): boolean {
  return tensors.has("mean") || [...tensors.keys()].some((name) => name.endsWith(".readout"));
}

/**
 * Whether the classifier begins with a dropout: Caffe's network under torchvision's names (neural-style's conversion).
 */
function hasCaffesClassifier(tensors: StoredTensors): boolean {
  const layer = (index: number) => [...tensors.keys()].some((name) => name.endsWith(`classifier.${index}.weight`));
  return layer(1) && layer(4) && !layer(3);
}
