/** What a job optimises: the network that sees the image, and the terms of the loss. */
import * as colorModes from "../image/color-modes/index.ts";
import type { ColorMode } from "../image/color-modes/mode.ts";
import type { Settings } from "../settings/settings.ts";
import type { Network } from "./network.ts";
import type { OwnParts } from "./parts.ts";
import { edgesOf } from "./pictures/edges.ts";
import { paintsGreys } from "./pictures/grey.ts";
import type { Pictures } from "./pictures/pictures.ts";
import { regionsIn } from "./pictures/prepare.ts";
import type { Regions } from "./pictures/regions.ts";
import { describeGraph, type Extractor } from "./step/step.ts";
import { type Terms, terms, withoutPhoto } from "./step/terms.ts";

/** A network and the terms that read its features. */
export interface Objective {
  readonly extractor: Extractor;
  readonly terms: Terms;
  /** The regions with terms of their own, if there are masks. */
  readonly regions: Regions | undefined;
  /** Whether the pictures make the result grey: see `paintsGreys`. */
  readonly grey: boolean;
}

/**
 * The objective of a job; `texture`: its photo is a stand-in that no term reads. Masks that do not fit, and layers that the
 * network does not have, are `usage` errors.
 */
export function objectiveOf(
  pictures: Pictures,
  settings: Settings,
  { backbone, weights }: Network,
  { losses, texture }: Pick<OwnParts, "losses"> & { readonly texture: boolean },
): Objective {
  const { padding } = edgesOf(settings);
  const grey = paintsGreys(pictures, settings);
  const mode: ColorMode = colorModes[settings.color];
  const extractor = { backbone, weights, padding, pooling: settings.pooling, grey: grey || mode.grey === true };
  const regions = regionsIn(pictures, settings);
  const all = terms(settings, regions?.all.slice(0, regions.content.planes.length), losses);
  const objective = { extractor, terms: texture ? withoutPhoto(all) : all, regions, grey };
  // Builds a graph only, which fails for an unknown layer.
  describeGraph(extractor, objective.terms.features);
  return objective;
}
