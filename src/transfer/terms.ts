/**
 * The loss as a list of terms: which loss looks at which layer, and how strong it counts. It knows names and numbers;
 * graphs are built elsewhere.
 */
import * as losses from "../losses/index.ts";
import type { FeatureLoss, ImageLoss } from "../losses/loss.ts";
import { edgesOf } from "./edges.ts";
import type { Settings } from "./settings.ts";

/** A term over a layer's features, with a target from one of the two pictures. */
export interface FeatureTerm {
  /** As people read it: `style conv1_1`. */
  readonly name: string;
  readonly picture: "content" | "style";
  readonly layer: string;
  readonly loss: FeatureLoss;
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

/** The terms that the settings ask for; a change of strengths alone leaves them the same. */
export function terms({ normalize, styleLoss, contentLayers, styleLayers, seamless, margin }: Settings): Terms {
  const one = (picture: "content" | "style", loss: FeatureLoss) => (layer: string) => ({
    name: `${picture} ${layer}`,
    picture,
    layer,
    loss,
  });
  return {
    features: [
      ...Object.keys(contentLayers).map(one("content", losses.content.make(normalize))),
      ...Object.keys(styleLayers).map(one("style", losses[styleLoss].make(normalize))),
    ],
    image: [{ name: "variation", loss: losses.variation.make(normalize, edgesOf({ seamless, margin }).padding) }],
  };
}

/** What each term is multiplied by. Layer weights are taken as given: they need not sum to 1. */
export function strengths({ alpha, beta, tv, contentLayers, styleLayers }: Settings): Record<string, number> {
  const weighted = (picture: string, strength: number, layers: Record<string, number>) =>
    Object.entries(layers).map(([layer, weight]) => [`${picture} ${layer}`, strength * weight] as const);
  return Object.fromEntries([
    ...weighted("content", alpha, contentLayers),
    ...weighted("style", beta, styleLayers),
    ["variation", tv],
  ]);
}
