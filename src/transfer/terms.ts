/**
 * The loss as a list of terms: which loss looks at which layer, and how strong it counts. It knows names and numbers;
 * graphs are built elsewhere.
 */
import * as losses from "../losses/index.ts";
import type { FeatureLoss, ImageLoss } from "../losses/loss.ts";
import { edgesOf } from "./edges.ts";
import type { Region } from "./regions.ts";
import type { Settings } from "./settings.ts";

/** A term over a layer's features, with a target from one of the two pictures. */
export interface FeatureTerm {
  /** As people read it: `style conv1_1`, with regions `style conv1_1 #ff8000`. */
  readonly name: string;
  readonly picture: "content" | "style";
  readonly layer: string;
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

/**
 * The terms that the settings ask for; a change of strengths alone leaves them the same. Every region that is painted has
 * style terms of its own.
 */
export function terms(
  { normalize, normalizeGradients, styleLoss, contentLayers, styleLayers, seamless, margin }: Settings,
  regions: readonly Pick<Region, "name" | "share">[] = [],
): Terms {
  const one = (picture: "content" | "style", loss: FeatureLoss) => (layer: string) => ({
    name: `${picture} ${layer}`,
    picture,
    layer,
    loss,
    ...(normalizeGradients && { unit: true }),
  });
  const inRegions = (term: FeatureTerm): FeatureTerm[] =>
    regions.length === 0
      ? [term]
      : regions.map(({ name, share }, region) => ({ ...term, name: `${term.name} ${name}`, region, share }));
  return {
    features: [
      ...Object.keys(contentLayers).map(one("content", losses.content.make(normalize))),
      ...Object.keys(styleLayers)
        .map(one("style", losses[styleLoss].make(normalize)))
        .flatMap(inRegions),
    ],
    image: [{ name: "variation", loss: losses.variation.make(normalize, edgesOf({ seamless, margin }).padding) }],
  };
}

/**
 * What every term is multiplied by, by name; 0 for one that the settings do not name any more. Layer weights are taken as
 * given: they need not sum to 1. A region counts as much as it is of the photo, so that a pixel weighs the same in a small
 * region as in a large one.
 */
export function strengths({ features, image }: Terms, settings: Settings): Record<string, number> {
  const { alpha, beta, tv, contentLayers, styleLayers } = settings;
  const ofLayer = ({ picture, layer, share = 1 }: FeatureTerm) =>
    picture === "content" ? alpha * (contentLayers[layer] ?? 0) : beta * (styleLayers[layer] ?? 0) * share;
  return Object.fromEntries([
    ...features.map((term) => [term.name, ofLayer(term)] as const),
    ...image.map(({ name }) => [name, tv] as const),
  ]);
}
