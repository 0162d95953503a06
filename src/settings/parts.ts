/**
 * Parts of the caller's own, besides those that are selected by name: losses, an optimiser, a backbone. Here is what
 * settings have to do with them: their names, and the settings that they add.
 */
import { shown, UserError } from "../errors.ts";
import * as builtIn from "../losses/index.ts";
import type { FilterKind, LossKind, Scale } from "../losses/loss.ts";
import * as models from "../models/index.ts";
import { isModel } from "../models/named.ts";
import * as optimizers from "../optimizers/index.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { type Parameter, type Parameters, parameter } from "../parameters/parameter.ts";
import type { Part } from "../parameters/part.ts";
import { numberIn } from "../parameters/value.ts";
import { mapValues } from "../records.ts";
import type { LayerWeights } from "./layers.ts";
import { scaleList, strength, weightedLayers } from "./schema.ts";

interface Named {
  /** A word such as `saturation`: the name of its strength among the settings and of its terms in events. */
  readonly name: string;
  /** The strength where the settings give none; default 1. */
  readonly strength?: number | undefined;
}

/** A loss of features: of its `layers`, with weights, which are the setting `NAMELayers`. */
export interface OwnLayerLoss extends Named, LossKind<"content" | "style"> {
  readonly layers: Readonly<LayerWeights>;
}

/** A loss of a filtered image: at its `scales`, which are the setting `NAMEScales`. */
export interface OwnFilterLoss extends Named, FilterKind {
  readonly scales: readonly Scale[];
}

/** A loss of the pixels themselves, without a target. */
export interface OwnImageLoss extends Named, LossKind<"image"> {}

/** A loss of the caller's own. Its strength is the setting `NAME`, from 0 to 1e12. */
export type OwnLoss = OwnLayerLoss | OwnFilterLoss | OwnImageLoss;

/** An optimiser of the caller's own. Its parameters are settings. */
export interface OwnOptimizer extends Part<Parameters, Optimizer> {
  readonly name: string;
}

/** What settings need to know of a loss. */
interface LossNames extends Named {
  readonly summary: string;
  readonly layers?: Readonly<LayerWeights> | undefined;
  readonly scales?: readonly Scale[] | undefined;
}

/** The parts of a job that are not selected by name, as far as settings need to know them. */
export interface Parts {
  readonly losses?: readonly LossNames[] | undefined;
  readonly optimizer?: Pick<OwnOptimizer, "name" | "parameters"> | undefined;
  readonly model?: { readonly name: string } | undefined;
}

/** The values of a loss's settings. */
export interface LossValues {
  readonly strength: number;
  readonly layers?: LayerWeights;
  readonly scales?: readonly Scale[];
}

/** The settings that the losses of `parts` add, by name. */
export function lossSettings({ losses = [] }: Parts): Record<string, Parameter> {
  return Object.fromEntries(losses.flatMap((loss) => Object.entries(settingsOf(loss))));
}

function settingsOf({ name, summary, strength: usual = 1, layers, scales }: LossNames): Record<string, Parameter> {
  const own = parameter(strength, `strength of ${name}: ${summary}`, { default: usual, placeholder: "strength" });
  return {
    [name]: own as Parameter,
    ...(layers && { [`${name}Layers`]: listOf(weightedLayers, `layers for ${name}, with weights`, layers, "layers") }),
    ...(scales && {
      [`${name}Scales`]: listOf(scaleList, `sides of the blocks of pixels for ${name}`, scales, "pixels"),
    }),
  };
}

/** A setting whose kind and default go together. */
function listOf(kind: Parameter["kind"], sentence: string, usual: unknown, placeholder: string): Parameter {
  return parameter(kind, sentence, { default: usual, placeholder });
}

/**
 * Throws a `usage` error for names of parts that are no words, or that mean something else already: `taken` are the names
 * of settings.
 */
export function checkNames({ losses = [], optimizer, model }: Parts, taken: Readonly<Record<string, unknown>>): void {
  const others = new Set([...Object.keys(taken), ...Object.keys(builtIn), ...RESERVED]);
  const check = (role: string, name: string, more: ReadonlySet<string> = others) => {
    if (!/^[a-z][A-Za-z0-9]*$/.test(name)) throw unfit(role, name, "a word such as saturation");
    if (others.has(name) || more.has(name)) throw unfit(role, name, "a name that nothing else has");
    others.add(name);
  };
  const parameters = new Set(Object.values(optimizers).flatMap(({ parameters }) => Object.keys(parameters)));
  for (const loss of losses) for (const name of Object.keys(settingsOf(loss))) check("losses", name, parameters);
  for (const name of Object.keys(optimizer?.parameters ?? {})) check("optimizer", name);
  for (const [role, part, known] of [
    ["optimizer", optimizer, optimizers],
    ["model", model, models],
  ] as const) {
    if (part && (!/^[a-z][A-Za-z0-9_-]*$/.test(part.name) || Object.hasOwn(known, part.name) || part.name === "auto"))
      throw unfit(role, part.name, "a name of its own, such as momentum");
  }
}

/** What complete settings, terms and inputs of the graph call something else. */
const RESERVED = ["style", "losses", "parameters", "decay"];

function unfit(role: string, name: string, expected: string): UserError {
  return new UserError("usage", `${role}: expected ${expected}, got ${shown(name)}.`);
}

/** The values of the losses' settings out of those of all settings. */
export function lossValues({ losses = [] }: Parts, values: Readonly<Record<string, unknown>>) {
  const valuesOf = ({ name, layers, scales }: LossNames) => ({
    strength: values[name],
    ...(layers && { layers: values[`${name}Layers`] }),
    ...(scales && { scales: values[`${name}Scales`] }),
  });
  return Object.fromEntries(losses.map((loss) => [loss.name, valuesOf(loss) as LossValues]));
}

/** The inverse of `lossValues`: the settings as they are given. */
export function givenLosses(losses: Readonly<Record<string, LossValues>> = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(losses).flatMap(([name, { strength, layers, scales }]) => [
      [name, strength],
      ...(layers ? [[`${name}Layers`, layers]] : []),
      ...(scales ? [[`${name}Scales`, scales]] : []),
    ]),
  );
}

/** The names of parts in complete settings. */
export interface Chosen {
  readonly model: string;
  readonly optimizer: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly losses?: Readonly<Record<string, LossValues>> | undefined;
}

/**
 * Parts that stand for those that complete settings name, where only the settings are at hand: in a checkpoint or a
 * result. Whether values are within ranges is known when a job is given the parts themselves.
 */
export function placeholderParts({ model, optimizer, parameters, losses = {} }: Chosen): Parts {
  const all = Object.entries(losses).map(([name, values]) => ({ name, summary: "", ...values }));
  return {
    ...(all.length > 0 && { losses: all }),
    ...(!Object.hasOwn(optimizers, optimizer) && {
      optimizer: {
        name: optimizer,
        parameters: mapValues(parameters, (x) => parameter(numberIn(), "", { default: x })),
      },
    }),
    ...(model !== "auto" && !isModel(model) && { model: { name: model } }),
  };
}

/**
 * Throws a `usage` error that names a part of recorded settings that is neither among `parts` nor one of pastiche's.
 * `subject` is what they were recorded in.
 */
export function checkPresent(settings: Chosen, parts: Parts, subject = "The checkpoint"): void {
  const { losses = [], optimizer, model } = placeholderParts(settings);
  const loss = losses.find(({ name }) => !parts.losses?.some((one) => one.name === name));
  const missing =
    (loss && ["the loss", loss.name, "losses"]) ??
    (optimizer && optimizer.name !== parts.optimizer?.name && ["the optimiser", optimizer.name, "optimizer"]) ??
    (model && model.name !== parts.model?.name && ["the network", model.name, "model"]);
  if (!missing) return;
  const [kind, name, role] = missing;
  throw new UserError(
    "usage",
    `${subject} has ${kind} ${name}, which is no part of pastiche; give it again (${role}).`,
  );
}
