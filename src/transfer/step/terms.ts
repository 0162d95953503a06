/**
 * The loss as a list of terms: which loss looks at which layer, and how strong it counts. It knows names and numbers;
 * graphs are built elsewhere.
 */
import * as losses from "../../losses/index.ts";
import type { FeatureLoss, Filter, ImageLoss } from "../../losses/loss.ts";
import { type Backbone, blockOf, reach } from "../../models/backbone.ts";
import { type FilterLoss, filterLosses } from "../../settings/schema.ts";
import type { Settings } from "../../settings/settings.ts";
import { edgesOf } from "../pictures/edges.ts";
import type { Region } from "../pictures/regions.ts";

/** A term over a layer's features, or over a filtered image, with a target from one of the two pictures. */
export interface FeatureTerm {
  /** As people read it: `style conv1_1`, with regions `style conv1_1 #ff8000`. */
  readonly name: string;
  readonly picture: "content" | "style";
  /** What it looks at: a layer of the network, or the filter's name. */
  readonly layer: string;
  readonly filter?: Filter;
  /** The setting that is its strength, where that is not its layer's weight. */
  readonly setting?: FilterLoss;
  readonly loss: FeatureLoss;
  /** Its gradient at the layer is as long as its strength says, whatever the loss. */
  readonly unit?: boolean;
  /** The region that it looks at, counted from 0; undefined: everywhere. */
  readonly region?: number;
  /** What its strength is multiplied by, as large as its region is. */
  readonly share?: number;
}

/** A term over the pixels. */
export interface ImageTerm {
  readonly name: string;
  readonly loss: ImageLoss;
}

export interface Terms {
  readonly features: readonly FeatureTerm[];
  readonly image: readonly ImageTerm[];
}

/** By how much the features that a term looks at are smaller than the image, each way. */
export function scaleOf({ layer, filter }: Pick<FeatureTerm, "layer" | "filter">): number {
  return filter ? filter.scale : 2 ** (blockOf(layer) - 1);
}

/** How many pixels around its own a term sees, at most. */
export function reachOf(backbone: Backbone, { layer, filter }: Pick<FeatureTerm, "layer" | "filter">): number {
  return filter ? filter.scale * filter.reach : reach(backbone, layer);
}

/**
 * The terms that the settings ask for; a change of strengths alone leaves them the same, but for filtered images, at which
 * no term looks whose strength is 0. Every region that is painted has style terms of its own.
 */
export function terms(settings: Settings, regions: readonly Pick<Region, "name" | "share">[] = []): Terms {
  const { normalize, normalizeGradients, styleLoss, contentLayers, styleLayers } = settings;
  const one = (picture: "content" | "style", loss: FeatureLoss) => (layer: string) => ({
    name: `${picture} ${layer}`,
    picture,
    layer,
    loss,
    ...(normalizeGradients && { unit: true }),
  });
  const filtered = filterLosses.flatMap((setting) => {
    const { role, make, filter } = losses[setting];
    const used = settings[setting] > 0 ? settings[`${setting}Scales`].map(filter) : [];
    return used.map((each): FeatureTerm => ({ ...one(role, make(normalize))(each.name), filter: each, setting }));
  });
  const inRegions = (term: FeatureTerm): FeatureTerm[] =>
    regions.length === 0 || term.picture === "content"
      ? [term]
      : regions.map(({ name, share }, region) => ({ ...term, name: `${term.name} ${name}`, region, share }));
  return {
    features: [
      ...Object.keys(contentLayers).map(one("content", losses.content.make(normalize))),
      ...[...Object.keys(styleLayers).map(one("style", losses[styleLoss].make(normalize))), ...filtered].flatMap(
        inRegions,
      ),
    ],
    image: [{ name: "variation", loss: losses.variation.make(normalize, edgesOf(settings).padding) }],
  };
}

/** The terms without those that look at the photo, where there is none. */
export function withoutPhoto({ features, image }: Terms): Terms {
  return { features: features.filter(({ picture }) => picture !== "content"), image };
}

/**
 * What every term is multiplied by, by name; 0 for one that the settings do not name any more. Layer weights are taken as
 * given: they need not sum to 1. A region counts as much as it is of the photo, so that a pixel weighs the same in a small
 * region as in a large one.
 */
export function strengths({ features, image }: Terms, settings: Settings): Record<string, number> {
  const { alpha, beta, tv, contentLayers, styleLayers } = settings;
  const ofLayer = ({ picture, layer, setting, share = 1 }: FeatureTerm) => {
    if (setting) return settings[setting] * share;
    return picture === "content" ? alpha * (contentLayers[layer] ?? 0) : beta * (styleLayers[layer] ?? 0) * share;
  };
  return Object.fromEntries([
    ...features.map((term) => [term.name, ofLayer(term)] as const),
    ...image.map(({ name }) => [name, tv] as const),
  ]);
}
