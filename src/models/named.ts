/** Finds backbones by name. */
import { choice, invalid } from "../errors.ts";
import type { Backbone } from "./backbone.ts";
import * as models from "./index.ts";

/** The name of a backbone that is part of pastiche. */
export type ModelName = keyof typeof models;

/** What `auto` stands for where VGG19's weights are not: of the package's networks the better one, in a browser the faster. */
export const packaged = { node: "slim", web: "pocket" } as const satisfies Record<string, ModelName>;

/** Whether a backbone of that name is part of pastiche. */
export function isModel(name: string): name is ModelName {
  return Object.hasOwn(models, name);
}

/** The backbone of that name. A `model` error if there is none: a checkpoint may name one of a later version. */
export function modelNamed(name: string): Backbone {
  if (!isModel(name)) throw invalid("model", "The network", choice(Object.keys(models)), name);
  return models[name];
}
