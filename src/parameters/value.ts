/** Kinds of values: what is allowed, how it is read from text and written as text, and how a panel or a help shows it. */
import { shown } from "../errors.ts";

/** The numbers that are allowed. `above` and `below` are exclusive, `min` and `max` inclusive. */
export interface Range {
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
  readonly below?: number;
  /** Whole numbers only. */
  readonly whole?: boolean;
}

/** A kind of value as data, for flags, help texts and panels. */
export type Shape =
  | { readonly type: "number"; readonly range: Range; readonly words?: readonly string[] }
  | { readonly type: "numbers"; readonly range: Range }
  | { readonly type: "choice"; readonly choices: readonly string[] }
  | { readonly type: "switch" }
  | { readonly type: "layers" };

/** A kind of value. `Value` is what a program works with; `Given` is what callers may pass for it. */
export interface ValueKind<Value, Given = Value> {
  readonly shape: Shape;
  /** The value for what was given. Throws a `Misfit`. */
  check(given: unknown): Value;
  /**
   * What a text stands for, to be checked. A text that stands for nothing is returned as it is, so that `check` names it;
   * a `Misfit` is thrown for wrong syntax.
   */
  read(text: string): unknown;
  /** A value as text; `read` is the inverse. */
  text(value: Given): string;
}

/** Why a value is not allowed, without the name of what it was given for. */
export class Misfit extends Error {
  /** What is wrong in a value with parts: the name of a layer. */
  readonly part: string;

  /** `message` is as in `expected at least 1, got 0`. */
  constructor(message: string, part = "") {
    super(message);
    this.part = part;
  }
}

/** The misfit of a value: `misfit("at least 1", 0)`. */
export function misfit(expected: string, given: unknown): Misfit {
  return new Misfit(`expected ${expected}, got ${shown(given)}`);
}

/** A finite number in a range. */
export function numberIn(range: Range = {}): ValueKind<number> {
  const { min = -Infinity, max = Infinity, above = -Infinity, below = Infinity, whole = false } = range;
  return {
    shape: { type: "number", range },
    check(given) {
      if (!isNumber(given)) throw misfit("a number", given);
      if (whole && !Number.isInteger(given)) throw misfit("a whole number", given);
      if (given < min) throw misfit(`at least ${min}`, given);
      if (given <= above) throw misfit(`more than ${above}`, given);
      if (given > max) throw misfit(`at most ${max}`, given);
      if (given >= below) throw misfit(`less than ${below}`, given);
      return given;
    },
    read: readNumber,
    text: String,
  };
}

/**
 * A number, or one of some words. `isWord` allows further words, such as `1024x512`; `expected` says in a message what
 * all of them are.
 */
export function numberOr<Word extends string>(
  number: ValueKind<number>,
  words: readonly string[],
  expected: string,
  isWord: (text: string) => text is Word,
): ValueKind<number | Word> {
  const { range } = number.shape as Shape & { type: "number" };
  return {
    shape: { type: "number", range, words },
    check(given) {
      if (typeof given === "string" && isWord(given)) return given;
      if (!isNumber(given) || (range.whole && !Number.isInteger(given))) throw misfit(expected, given);
      return number.check(given);
    },
    read: readNumber,
    text: String,
  };
}

/** One number or a list of at least one; always a list afterwards. */
export function several(each: ValueKind<number>): ValueKind<number[], number | readonly number[]> {
  const { range } = each.shape as Shape & { type: "number" };
  return {
    shape: { type: "numbers", range },
    check(given) {
      const list: unknown[] = Array.isArray(given) ? given : [given];
      if (list.length === 0) throw new Misfit("expected at least one number, got none");
      if (!list.every(isNumber)) throw misfit("a number or several", list.length === 1 ? list[0] : given);
      return list.map((one) => each.check(one));
    },
    read: (text) => text.split(",").map(readNumber),
    text: (value) => [value].flat().join(","),
  };
}

/** One of some words. */
export function oneOf<const Word extends string>(choices: readonly Word[]): ValueKind<Word> {
  return {
    shape: { type: "choice", choices },
    check(given) {
      const choice = choices.find((word) => word === given);
      if (choice === undefined) throw misfit(`one of ${choices.join(", ")}`, given);
      return choice;
    },
    read: (text) => text.trim(),
    text: String,
  };
}

/** `true` or `false`. */
export function onOrOff(): ValueKind<boolean> {
  return {
    shape: { type: "switch" },
    check(given) {
      if (typeof given !== "boolean") throw misfit("a boolean", given);
      return given;
    },
    read: (text) => ({ true: true, false: false })[text.trim()] ?? text,
    text: String,
  };
}

/** The values of `kind` for which `allowed` is true; `expected` says in a message which those are. */
export function only<Value, Given>(
  kind: ValueKind<Value, Given>,
  expected: string,
  allowed: (value: Value) => boolean,
): ValueKind<Value, Given> {
  return {
    ...kind,
    check(given) {
      const value = kind.check(given);
      if (!allowed(value)) throw misfit(expected, given);
      return value;
    },
  };
}

/** The number that a text is (decimal, with or without an exponent); any other text is returned as it is. */
export function readNumber(text: string): number | string {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : text;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
