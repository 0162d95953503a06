/**
 * Parts that can be chosen by name and explain themselves. A default, a range and a sentence exist once, in the part's
 * own schema; the command line, the settings in a picture and a page's panel are all made from it.
 */
import * as z from "zod";
import { shown, UserError } from "./errors.ts";

/** One thing that can be chosen by name: a sentence, its own parameters, and how to make it from them. */
export interface Kind<Shape extends z.ZodRawShape, Made> {
  readonly summary: string;
  readonly parameters: z.ZodObject<Shape>;
  make(options: z.output<z.ZodObject<Shape>>): Made;
}

/** A `Kind` with the types of its parameters inferred. */
export function kind<Shape extends z.ZodRawShape, Made>(
  summary: string,
  parameters: Shape,
  make: (options: z.output<z.ZodObject<Shape>>) => Made,
): Kind<Shape, Made> {
  return { summary, parameters: z.strictObject(parameters), make };
}

/** The names of a room's members, for closed choices: its export list is the registry. */
export function namesOf<Room extends object>(room: Room): [keyof Room & string, ...(keyof Room & string)[]] {
  return Object.keys(room) as [keyof Room & string, ...(keyof Room & string)[]];
}

/**
 * `value` checked against `schema`. What does not fit is a `usage` error of one sentence for each problem: the name as
 * `label` spells it, what was expected, what was given.
 */
export function parse<S extends z.ZodType>(schema: S, value: unknown, label: (name: string) => string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    if (issue.code === "unrecognized_keys") return `${issue.keys.map(label).join(", ")}: there is no such setting`;
    const given = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)?.[key], value);
    const [name = "", ...rest] = issue.path;
    // Which number of a list it is, what was given tells.
    const subject = [label(String(name)), ...rest.filter((key) => typeof key !== "number")].join(" ").trim();
    return `${subject}: expected ${expected(issue)}, got ${shown(given)}`;
  });
  throw new UserError("usage", `${[...new Set(problems)].join("; ").replace(/\s+/g, " ")}.`);
}

/** What a schema wanted, in words. */
function expected(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.expected === "int"
        ? "a whole number"
        : issue.expected === "object"
          ? "settings"
          : `a ${issue.expected}`;
    case "too_small":
      return `${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`;
    case "too_big":
      return `${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}`;
    case "invalid_value":
      return `one of ${issue.values.join(", ")}`;
    default:
      return issue.message;
  }
}
