/** The loss as a list of terms: which loss applies to which layer, with which strength. */
import * as losses from "../../losses/index.ts";
import type { FeatureLoss, Filter, ImageLoss } from "../../losses/loss.ts";
import { type Backbone, blockOf, reach } from "../../models/backbone.ts";
import { type FilterLoss, filterLosses } from "../../settings/schema.ts";
import type { Settings } from "../../settings/settings.ts";
import { edgesOf } from "../pictures/edges.ts";
import type { Region } from "../pictures/regions.ts";

/** A term over a layer's features, or over a filtered image, with a target from one of the two pictures. */
export interface FeatureTerm {
  /** Its name for users: `style conv1_1`, with regions `style conv1_1 #ff8000`. */
  readonly name: string;
  readonly picture: "content" | "style";
  /** A layer of the network, or the filter's name. */
  readonly layer: string;
  readonly filter?: Filter;
  /** The setting of its strength, if that is not its layer's weight. */
  readonly setting?: FilterLoss;
  readonly loss: FeatureLoss;
  /** Its gradient at the layer is normalised to its strength. */
  readonly unit?: boolean;
  /** The index of its region; undefined for the whole picture. */
  readonly region?: number;
  /** A factor of its strength: the region's share of the photo. */
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

/** The factor by which a term's features are smaller than the image. */
export function scaleOf({ layer, filter }: Pick<FeatureTerm, "layer" | "filter">): number {
  return filter ? filter.scale : 2 ** (blockOf(layer) - 1);
}

/** The radius of a term's receptive field in pixels. */
export function reachOf(backbone: Backbone, { layer, filter }: Pick<FeatureTerm, "layer" | "filter">): number {
  return filter ? filter.scale * filter.reach : reach(backbone, layer);
}

/**
 * The terms for the settings. Changing strengths alone does not change them, except that filter terms of strength 0 are
 * omitted. Every painted region has style terms of its own.
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

/** The terms without those that read the photo, for a texture. */
export function withoutPhoto({ features, image }: Terms): Terms {
  return { features: features.filter(({ picture }) => picture !== "content"), image };
}

/**
 * The strength of every term, by name; 0 for one that the settings do not have any more. Layer weights need not sum to
 * 1. A region is weighted by its share of the photo, so that a pixel counts the same in small and large regions.
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
