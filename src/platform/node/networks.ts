/** Networks on Node: a backbone by name, with the weights that are on this machine. */
import { invalid, UserError } from "../../errors.ts";
import * as models from "../../models/index.ts";
import type { Network } from "../../transfer/stylizer.ts";
import { findWeights, loadWeights } from "./weights.ts";

/** What else is told of a network while it is loaded. */
export interface NetworkOptions {
  /** Called with a sentence about what was expected and is not so. */
  readonly onNote?: ((note: string) => void) | undefined;
}

/**
 * The network of that name. `auto` is vgg19 if its weights are on this machine (in our cache, Keras's or PyTorch's) and
 * whole, else pocket, which is part of the package. Throws a `UserError` `model` if there are no weights or they are
 * damaged.
 */
export async function loadNetwork(
  name: "auto" | keyof typeof models,
  { onNote }: NetworkOptions = {},
): Promise<Network> {
  if (name !== "auto") return load(name);
  if (!(await findWeights(models.vgg19))) return load("pocket");
  try {
    return await load("vgg19");
  } catch (error) {
    // Nobody asked for vgg19: another program's damaged file must not stop a job that can go on without.
    if (!(error instanceof UserError) || error.code !== "model") throw error;
    onNote?.(`vgg19 is here but cannot be used: ${error.message}`);
    return load("pocket");
  }
}

async function load(name: keyof typeof models): Promise<Network> {
  // A name out of a checkpoint may be of a network that a later pastiche has.
  if (!Object.hasOwn(models, name)) throw invalid("model", "The network", Object.keys(models).join(" or "), name);
  const backbone = models[name];
  const { weights, digest } = await loadWeights(backbone);
  return { backbone, weights, digest };
}
