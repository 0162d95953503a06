/** Parameters by name: each a kind of value with a sentence about it. Values for them are checked together. */
import { UserError } from "../errors.ts";
import { Misfit, type ValueKind } from "./value.ts";

/** One parameter, of a job or of a part of it. */
export interface Parameter<Value = unknown, Given = Value> {
  readonly kind: ValueKind<Value, Given>;
  /** What it does, in some words, without a full stop. */
  readonly sentence: string;
  /** The value where none is given; without it, one must be. */
  readonly default?: Value;
  /** What stands for the value in a help text: `--size <pixels>`. */
  readonly placeholder?: string;
  /** How flags and tables spell it, where that is not its name in lower case with dashes. */
  readonly word?: string;
  /** Other spellings that are understood, as other programs have them. */
  readonly aliases?: readonly string[];
}

/** Parameters by name. */
// biome-ignore lint/suspicious/noExplicitAny: a kind of any value, which is both read and written
export type Parameters = Readonly<Record<string, Parameter<any, any>>>;

/** The checked values of parameters. */
export type ValuesOf<P extends Parameters> = {
  [Name in keyof P]: P[Name] extends Parameter<infer Value, infer _> ? Value : never;
};
/** What may be given for parameters. */
export type GivenFor<P extends Parameters> = {
  [Name in keyof P]: P[Name] extends Parameter<infer _, infer Given> ? Given : never;
};

/** A parameter, its types inferred. */
export function parameter<Value, Given>(
  kind: ValueKind<Value, Given>,
  sentence: string,
  more: Omit<Parameter<NoInfer<Value>, NoInfer<Given>>, "kind" | "sentence"> = {},
): Parameter<Value, Given> {
  return { kind, sentence, ...more };
}

/** What a caller's users call a parameter; in messages. */
export type Label = (name: string) => string;

/**
 * The values of all parameters, in their order. Throws a `usage` error of one sentence for each problem: the name as
 * `label` spells it, what was expected, what was given.
 */
export function checkValues<P extends Parameters>(parameters: P, given: Values, label: Label = String): ValuesOf<P> {
  const value = (name: string) => parameters[name]!.kind.check(own(given, name) ?? parameters[name]!.default);
  return gather(Object.keys(parameters), value, label, unknownIn(given, parameters)) as ValuesOf<P>;
}

/**
 * What `value` returns for every name, by name. Its misfits become one `usage` error, together with the names that are
 * `unknown`.
 */
export function gather(
  names: readonly string[],
  value: (name: string) => unknown,
  label: Label,
  unknown: readonly string[] = [],
): Record<string, unknown> {
  const values: [string, unknown][] = [];
  const problems = new Set<string>();
  for (const name of names) {
    try {
      values.push([name, value(name)]);
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      problems.add(`${`${label(name)} ${error.part}`.trim()}: ${error.message}`);
    }
  }
  if (unknown.length > 0) problems.add(`${unknown.map(label).join(", ")}: there is no such setting`);
  if (problems.size > 0) throw new UserError("usage", `${[...problems].join("; ").replace(/\s+/g, " ")}.`);
  return Object.fromEntries(values);
}

type Values = Readonly<Record<string, unknown>>;

function own(values: Values, name: string): unknown {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function unknownIn(given: Values, parameters: Parameters): string[] {
  return Object.keys(given).filter((name) => !Object.hasOwn(parameters, name));
}
