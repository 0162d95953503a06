/** Layers of a network with weights: `conv1_1:3,conv2_1` as text, `{ conv1_1: 3, conv2_1: 1 }` as a value. */
import { spokenLayer } from "../models/backbone.ts";
import { Misfit, misfit, readNumber, type ValueKind } from "../parameters/value.ts";

/** Weights by layer. */
export type LayerWeights = Record<string, number>;

/** Weights under the layers' own names: those of Keras (`block4_conv2`) and Torch (`relu4_2`) are replaced. */
function namedLayers(weights: Readonly<LayerWeights>): LayerWeights {
  return Object.fromEntries(Object.entries(weights).map(([layer, weight]) => [spokenLayer(layer), weight]));
}

/** The kind of value that gives layers a `weight` each. A layer without one has 1; `none` is no layer at all. */
export function layerWeights(weight: ValueKind<number>): ValueKind<LayerWeights> {
  return {
    shape: { type: "layers" },
    check(given) {
      if (Object.prototype.toString.call(given) !== "[object Object]") throw misfit("a record", given);
      const entries = Object.entries(given as object).map(([layer, one]) => [layer, checked(layer, one)] as const);
      const weights = namedLayers(Object.fromEntries(entries));
      if (Object.keys(weights).length < entries.length)
        throw misfit("every layer once (block4_conv2 and relu4_2 are conv4_2)", given);
      return weights;
    },
    read(text) {
      if (text.trim() === "none") return {};
      const entries = text.split(",").map((part) => {
        const [layer = "", number, ...rest] = part.trim().split(":");
        if (layer === "" || rest.length > 0) throw misfit("NAME[:WEIGHT],... as in conv1_1:3,conv2_1", text);
        return [layer, number === undefined ? 1 : readNumber(number)] as const;
      });
      const twice = entries.find(([layer], i) => entries.findIndex(([other]) => other === layer) !== i);
      if (twice) throw misfit("every layer once", `${twice[0]} twice`);
      return Object.fromEntries(entries);
    },
    text(weights) {
      const layers = Object.entries(weights).map(([layer, number]) => (number === 1 ? layer : `${layer}:${number}`));
      return layers.join(",") || "none";
    },
  };

  function checked(layer: string, given: unknown): number {
    try {
      return weight.check(given);
    } catch (error) {
      throw error instanceof Misfit ? new Misfit(error.message, layer) : error;
    }
  }
}
