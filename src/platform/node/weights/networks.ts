/** Loads networks in Node: a backbone by name, with the weights on this machine. */
import { UserError } from "../../../errors.ts";
import { modelNamed, packaged } from "../../../models/named.ts";
import { vgg19 } from "../../../models/vgg19.ts";
import type { Network } from "../../../transfer/stylizer.ts";
import { findWeights, loadWeights } from "./weights.ts";

/** Callbacks while a network is loaded. */
export interface NetworkOptions {
  /** Called with a sentence about a problem that does not stop the job. */
  readonly onNote?: ((note: string) => void) | undefined;
}

/**
 * Loads a network by name. `auto` is vgg19 if its weights are on this machine (in our cache, Keras's or PyTorch's) and
 * intact, else slim from the package. Throws a `UserError` `model` if there are no weights or they are damaged.
 */
export async function loadNetwork(name: string, { onNote }: NetworkOptions = {}): Promise<Network> {
  if (name !== "auto") return load(name);
  if (!(await findWeights(vgg19))) return load(packaged.node);
  try {
    return await load("vgg19");
  } catch (error) {
    // vgg19 was not requested, so another program's damaged file must not stop the job.
    if (!(error instanceof UserError) || error.code !== "model") throw error;
    onNote?.(`vgg19 is here but cannot be used: ${error.message}`);
    return load(packaged.node);
  }
}

async function load(name: string): Promise<Network> {
  const backbone = modelNamed(name);
  const { weights, digest } = await loadWeights(backbone);
  return { backbone, weights, digest };
}
