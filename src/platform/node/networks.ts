/** Networks on Node: a backbone by name, with the weights that are on this machine. */
import { invalid } from "../../errors.ts";
import * as models from "../../models/index.ts";
import type { Network } from "../../transfer/stylizer.ts";
import { findWeights, loadWeights } from "./weights.ts";

/**
 * The network of that name. `auto` is vgg19 if its weights are on this machine (in our cache, Keras's or PyTorch's), else
 * pocket, which is part of the package. Throws a `UserError` `model` if there are no weights or they are damaged.
 */
export async function loadNetwork(name: "auto" | keyof typeof models): Promise<Network> {
  const chosen = name === "auto" ? ((await findWeights(models.vgg19)) ? "vgg19" : "pocket") : name;
  // A name out of a checkpoint may be of a network that a later pastiche has.
  if (!Object.hasOwn(models, chosen)) throw invalid("model", "The network", Object.keys(models).join(" or "), chosen);
  const backbone = models[chosen];
  const { weights, digest } = await loadWeights(backbone);
  return { backbone, weights, digest };
}
