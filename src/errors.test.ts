import * as fc from "fast-check";
import { expect, test } from "vitest";
import { invalid, shown, UserError } from "./errors.ts";

test("any value is shown on one line of at most eighty characters", () => {
  const odd = [
    Object.create(null),
    Symbol("s"),
    () => 1,
    {
      toString: () => {
        throw new Error("no");
      },
    },
    new Date(Number.NaN),
    "a\nb",
    "x".repeat(999),
  ];
  void fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.constantFrom<unknown>(...odd)), (value) => {
      expect(shown(value)).toMatch(/^[^\n]{0,80}$/);
    }),
  );
});

test("strings are quoted, numbers and words are not", () => {
  expect(["5", 5, -0, Number.NaN, true, null, undefined].map(shown)).toEqual([
    '"5"',
    "5",
    "0",
    "NaN",
    "true",
    "null",
    "undefined",
  ]);
});

test("invalid names the subject, the expected and the given value", () => {
  const error = invalid("usage", "--size", "a whole number", "x");
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({ code: "usage", message: '--size: expected a whole number, got "x".' });
});
