/** The loss as a list of terms: which loss applies to which layer, with which strength. */
import * as losses from "../../losses/index.ts";
import type { FeatureLoss, Filter, ImageLoss } from "../../losses/loss.ts";
import { type Backbone, blockOf, reach } from "../../models/backbone.ts";
import type { OwnFilterLoss, OwnImageLoss, OwnLoss } from "../../settings/parts.ts";
import { filterLosses } from "../../settings/schema.ts";
import type { Settings } from "../../settings/settings.ts";
import { featureLossOf, imageLossOf } from "../parts.ts";
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
  readonly loss: FeatureLoss;
  /** Its strength, but for its region's share. */
  strength(settings: Settings): number;
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
  strength(settings: Settings): number;
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

type NewTerm = Omit<FeatureTerm, "unit" | "region" | "share">;

/**
 * The terms for the settings and the job's `own` losses. Changing strengths alone does not change them, except that
 * filter terms of strength 0 are omitted. Every painted region has style terms of its own.
 */
export function terms(
  settings: Settings,
  regions: readonly Pick<Region, "name" | "share">[] = [],
  own: readonly OwnLoss[] = [],
): Terms {
  const { normalize, normalizeGradients } = settings;
  const { padding } = edgesOf(settings);
  const all = [...layerTerms(settings), ...filterTerms(settings), ...own.flatMap((loss) => ownTerms(loss, settings))];
  const inRegions = (term: FeatureTerm): FeatureTerm[] =>
    regions.length === 0 || term.picture === "content"
      ? [term]
      : regions.map(({ name, share }, region) => ({ ...term, name: `${term.name} ${name}`, region, share }));
  const image = own.filter((loss) => loss.role === "image") as readonly OwnImageLoss[];
  return {
    features: all.map((term) => ({ ...term, ...(normalizeGradients && { unit: true }) })).flatMap(inRegions),
    image: [
      { name: "variation", loss: losses.variation.make(normalize, padding), strength: ({ tv }) => tv },
      ...image.map((loss) => ({
        name: loss.name,
        loss: imageLossOf(loss, normalize, padding),
        strength: ({ losses }: Settings) => losses![loss.name]!.strength,
      })),
    ],
  };
}

/** Content and style of the layers of the network. */
function layerTerms({ normalize, styleLoss, contentLayers, styleLayers }: Settings): NewTerm[] {
  const content = losses.content.make(normalize);
  const style = losses[styleLoss].make(normalize);
  return [
    ...Object.keys(contentLayers).map(
      (layer): NewTerm => ({
        ...{ name: `content ${layer}`, picture: "content", layer, loss: content },
        strength: ({ alpha, contentLayers }) => alpha * (contentLayers[layer] ?? 0),
      }),
    ),
    ...Object.keys(styleLayers).map(
      (layer): NewTerm => ({
        ...{ name: `style ${layer}`, picture: "style", layer, loss: style },
        strength: ({ beta, styleLayers }) => beta * (styleLayers[layer] ?? 0),
      }),
    ),
  ];
}

/** The losses of filtered images that are selected by their strength. */
function filterTerms(settings: Settings): NewTerm[] {
  return filterLosses.flatMap((setting) => {
    const { role, make, filter } = losses[setting];
    const used = settings[setting] > 0 ? settings[`${setting}Scales`].map(filter) : [];
    const loss = make(settings.normalize);
    return used.map((each): NewTerm => {
      const name = `${role} ${each.name}`;
      return { name, picture: role, layer: each.name, filter: each, loss, strength: (now) => now[setting] };
    });
  });
}

/** A loss of the job's own that reads features: at its layers, or at its scales. */
function ownTerms(own: OwnLoss, { normalize, losses }: Settings): NewTerm[] {
  if (own.role === "image") return [];
  const { name, role: picture } = own;
  const { layers = {}, scales = [] } = losses![name]!;
  const loss = featureLossOf(own, normalize);
  const ofLayers = Object.keys(layers).map(
    (layer): NewTerm => ({
      ...{ name: `${name} ${layer}`, picture, layer, loss },
      strength: ({ losses }) => losses![name]!.strength * (losses![name]!.layers?.[layer] ?? 0),
    }),
  );
  const ofScales = scales.map((scale): NewTerm => {
    const filter = { ...(own as OwnFilterLoss).filter(scale), name: `${name}${scale}` };
    return {
      ...{ name: `${name} ${scale}`, picture, layer: filter.name, filter, loss },
      strength: ({ losses }) => losses![name]!.strength,
    };
  });
  return [...ofLayers, ...ofScales];
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
  return Object.fromEntries([
    ...features.map(({ name, strength, share = 1 }) => [name, strength(settings) * share] as const),
    ...image.map(({ name, strength }) => [name, strength(settings)] as const),
  ]);
}
