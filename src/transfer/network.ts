/** Networks: a backbone with its weights, as a platform loads it by name, or as a job is given it. */
import { shown, UserError } from "../errors.ts";
import { type Backbone, convolutions } from "../models/backbone.ts";
import { featureScale, scaleFeatures } from "../models/feature-scale.ts";
import { isRecord } from "../records.ts";
import type { Settings } from "../settings/settings.ts";
import { sha256 } from "../sha256.ts";
import { openSafetensors, writeSafetensors } from "../weights/safetensors.ts";
import { type Weights, weightTensors } from "../weights/weights.ts";
import { memoizeLast, memoizeLastAsync } from "./memoize.ts";
import { GRAIN } from "./pictures/edges.ts";

/** A backbone with its weights. */
export interface Network {
  readonly backbone: Backbone;
  readonly weights: Weights;
  /** Which weights: a digest of their file. */
  readonly digest: string;
}

/** A work size can be halved so many times, once between two blocks. */
const BLOCKS = 1 + Math.log2(GRAIN);

/** A backbone of the caller's own, with its weights: the numbers, or (`Source`) a file that holds them. */
export interface OwnModel<Source = never> extends Backbone {
  /** Of a file: what `readWeights` takes, such as a `.safetensors` file with tensors `conv1_1.weight`, `conv1_1.bias`, ... */
  readonly weights: Weights | Source;
}

/** Reads weights of a backbone from what a platform takes for their file. */
export interface WeightsReader<Source> {
  isSource(value: unknown): value is Source;
  weights(source: Source, backbone: Backbone): Promise<Weights>;
}

/** The network of a model. A `model` error if its weights do not fit its table. */
async function networkOf<Source>(model: OwnModel<Source>, reader?: WeightsReader<Source>): Promise<Network> {
  const { weights: given, ...backbone } = model;
  const read = async () => (reader?.isSource(given) ? reader.weights(given, backbone) : undefined);
  const weights = isWeights(given) ? given : await read();
  if (!weights) throw new UserError("usage", `model.weights: expected weights (layers, mean), got ${shown(given)}.`);
  checkWeights(weights, backbone);
  const file = writeSafetensors(weightTensors(weights));
  return { backbone, weights, digest: (await sha256(file.subarray(openSafetensors(file).dataOffset))) ?? "" };
}

/** Loads the network of that name, or a job's own, with the activations that the setting `gain` asks for. */
export type NetworkLoader = (model: Settings["model"] | OwnModel, gain: Settings["gain"]) => Promise<Network>;

/** A loader that caches the last network of either kind, and the last weights with other activations. */
export function networkLoader<Source>(
  loadNamed: (name: Settings["model"]) => Promise<Network>,
  reader: WeightsReader<Source> | undefined,
): NetworkLoader {
  const named = memoizeLastAsync(loadNamed);
  const own = memoizeLastAsync((model: OwnModel<Source>) => networkOf(model, reader));
  const scaled = memoizeLast(scaleFeatures);
  return async (model, gain) => {
    const network = await (typeof model === "string" ? named(model) : own(model));
    const { backbone, weights } = network;
    return { ...network, weights: scaled(backbone, weights, featureScale(backbone, gain)) };
  };
}

/** Throws a `usage` error of one sentence for a model that is none. */
export function checkModel(model: unknown): void {
  const isTable = isRecord(model) && typeof model.name === "string" && typeof model.summary === "string";
  if (!isTable || !("weights" in model))
    throw new UserError("usage", "model: expected a backbone (name, summary, blocks) with its weights.");
  const { blocks, ranks } = model;
  const isBlock = (block: unknown) => Array.isArray(block) && block.length > 0 && block.every(isCount);
  if (!Array.isArray(blocks) || blocks.length === 0 || blocks.length > BLOCKS || !blocks.every(isBlock)) {
    const expected = `1 to ${BLOCKS} lists of output channels, as in [[16, 16], [32]]`;
    throw new UserError("usage", `model.blocks: expected ${expected}, got ${JSON.stringify(blocks)}.`);
  }
  const fits = (row: unknown, i: number) =>
    Array.isArray(row) && row.length === blocks[i]?.length && row.every((rank) => rank === 0 || isCount(rank));
  if (ranks !== undefined && !(Array.isArray(ranks) && ranks.length === blocks.length && ranks.every(fits))) {
    const expected = "a rank or 0 for each number of model.blocks, or nothing";
    throw new UserError("usage", `model.ranks: expected ${expected}, got ${JSON.stringify(ranks)}.`);
  }
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) > 0;
}

function isWeights(value: unknown): value is Weights {
  return isRecord(value) && isRecord(value.layers);
}

function checkWeights({ layers, mean }: Weights, backbone: Backbone): void {
  const check = (name: string, found: unknown, expected: number, made: string) => {
    const why = !(found instanceof Float32Array)
      ? `a Float32Array, got ${shown(found)}`
      : found.length !== expected
        ? `${expected} numbers (${made}), got ${found.length}`
        : found.every(Number.isFinite)
          ? undefined
          : "finite numbers";
    if (why) throw new UserError("model", `The weights of ${backbone.name}: ${name}: expected ${why}.`);
  };
  for (const { name, inputs, outputs, rank } of convolutions(backbone)) {
    const { kernel, expansion, bias, readout } = layers[name] ?? {};
    const filters = rank || outputs;
    check(`${name}.kernel`, kernel, 9 * inputs * filters, `${filters} x ${inputs} x 3 x 3`);
    if (rank) check(`${name}.expansion`, expansion, outputs * rank, `${outputs} x ${rank}`);
    check(`${name}.bias`, bias, outputs, "one for each channel");
    if (readout)
      check(
        `${name}.readout`,
        readout,
        Math.max(1, Math.floor(readout.length / outputs)) * outputs,
        "rows of channels",
      );
  }
  if (mean) check("mean", mean, 3, "red, green, blue");
}
