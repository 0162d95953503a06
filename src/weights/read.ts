/**
 * Bytes of a weights file in, a backbone's weights out: tells the format by its first bytes, has it opened by the reader
 * of that format, and the numbers brought to our convention. Refuses to know where the bytes come from.
 */
import { UserError } from "../errors.ts";
import { type Backbone, convolutions } from "../models/backbone.ts";
import { keras, type Layout, ours, torchvision, toWeights } from "./layouts.ts";
import { openSafetensors } from "./safetensors.ts";
import { badFile, type StoredTensors, showName } from "./stored.ts";
import type { Weights } from "./weights.ts";

/** The formats that can be read. */
export type WeightsFormat = "safetensors" | "pth" | "h5";

/**
 * The format of a weights file by its first bytes, not its name. Throws a `UserError` that says what the bytes look like
 * instead.
 */
export function weightsFormat(bytes: Uint8Array): WeightsFormat {
  const begins = (...start: number[]) => start.every((byte, i) => bytes[i] === byte);
  const text = String.fromCharCode(...bytes.subarray(0, 64)).trimStart();
  if (bytes.length === 0) throw badFile("it is empty");
  if (begins(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a)) return "h5";
  if (begins(0x50, 0x4b, 0x03, 0x04) || begins(0x80, 0x02, 0x8a)) return "pth";
  if (bytes[8] === 0x7b) return "safetensors";
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

/**
 * The weights of `backbone` in `bytes`, a Keras `.h5`, torchvision `.pth` or `.safetensors` file (with torchvision's
 * names or ours). Names, types and shapes are checked before any number is read. The result may be a view of `bytes`.
 * @param subject The file as messages shall name it.
 * @throws UserError `model`: damaged, hostile, another network, or numbers that are not finite.
 */
export async function readWeights(bytes: Uint8Array, backbone: Backbone, subject = "The file"): Promise<Weights> {
  try {
    switch (weightsFormat(bytes)) {
      case "h5": {
        const { withH5 } = await import("./h5.ts");
        return await withH5(bytes, keras.names(backbone), (tensors) => toWeights(tensors, keras, backbone));
      }
      case "pth": {
        const { openPth } = await import("./pth.ts");
        return fromNames(openPth(bytes), backbone);
      }
      case "safetensors":
        return fromNames(openSafetensors(bytes).tensors, backbone);
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.code, `${subject} cannot be used as ${backbone.name}'s weights: ${error.message}.`, {
      cause: error,
    });
  }
}

/** Tells torchvision's names from ours by the first convolution. */
function fromNames(tensors: StoredTensors, backbone: Backbone): Weights {
  const first = (layout: Layout) => `${layout.names(backbone)[0]}.weight`;
  const layout = [ours, torchvision].find((candidate) => tensors.has(first(candidate)));
  if (layout !== undefined) return toWeights(tensors, layout, backbone);
  const known = [...tensors.keys()].slice(0, 3).map(showName).join(", ");
  throw badFile(
    `it holds neither ${first(ours)} nor ${first(torchvision)} of the ${convolutions(backbone).length} convolutions` +
      (known === "" ? "; it holds no tensors" : `, but ${known}${tensors.size > 3 ? " ..." : ""}`),
  );
}
