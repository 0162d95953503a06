/** The algebra of symbolic sizes agrees with arithmetic, and equal sizes have equal texts. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addDims,
  broadcast,
  type Dim,
  dimText,
  divideDim,
  elements,
  evaluateDim,
  multiplyDims,
  type Shape,
  sameDim,
  sameShape,
  shapeText,
  symbol,
  symbolsOf,
} from "./shape.ts";

const H = symbol("H");
const W = symbol("W");

/** A dimension, and a function that computes it independently. */
interface Known {
  readonly dim: Dim;
  readonly value: (h: number, w: number) => number;
}

const { dim: dims } = fc.letrec<{ dim: Known }>((tie) => ({
  dim: fc.oneof(
    { maxDepth: 3 },
    fc.integer({ min: -20, max: 20 }).map((n): Known => ({ dim: n, value: () => n })),
    fc.constant<Known>({ dim: H, value: (h) => h }),
    fc.constant<Known>({ dim: W, value: (_, w) => w }),
    fc.tuple(tie("dim"), tie("dim")).map(([a, b]): Known => {
      return { dim: addDims(a.dim, b.dim), value: (h, w) => a.value(h, w) + b.value(h, w) };
    }),
    fc.tuple(tie("dim"), tie("dim")).map(([a, b]): Known => {
      return { dim: multiplyDims(a.dim, b.dim), value: (h, w) => a.value(h, w) * b.value(h, w) };
    }),
  ),
}));

const sizes = fc.record({ H: fc.integer({ min: 1, max: 64 }), W: fc.integer({ min: 1, max: 64 }) });

test("a symbolic size evaluates to what arithmetic gives", () => {
  void fc.assert(
    fc.property(dims, sizes, ({ dim, value }, at) => {
      expect(evaluateDim(dim, at)).toBe(value(at.H, at.W) + 0);
    }),
    { numRuns: 500 },
  );
});

test("sums and products do not depend on order or grouping", () => {
  void fc.assert(
    fc.property(dims, dims, dims, ({ dim: a }, { dim: b }, { dim: c }) => {
      expect(sameDim(addDims(a, b), addDims(b, a))).toBe(true);
      expect(sameDim(multiplyDims(a, b), multiplyDims(b, a))).toBe(true);
      expect(sameDim(addDims(addDims(a, b), c), addDims(a, addDims(b, c)))).toBe(true);
      expect(sameDim(multiplyDims(a, addDims(b, c)), addDims(multiplyDims(a, b), multiplyDims(a, c)))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("sizes have equal texts only if they are equal for all heights and widths", () => {
  void fc.assert(
    fc.property(dims, dims, sizes, (a, b, at) => {
      if (dimText(a.dim) === dimText(b.dim)) expect(evaluateDim(a.dim, at)).toBe(evaluateDim(b.dim, at));
      expect(sameDim(a.dim, b.dim)).toBe(dimText(a.dim) === dimText(b.dim));
    }),
    { numRuns: 500 },
  );
});

test("doubling and halving cancel", () => {
  void fc.assert(
    fc.property(dims, ({ dim }) => {
      expect(sameDim(divideDim(multiplyDims(dim, 2), 2), dim)).toBe(true);
    }),
  );
});

test("sizes are printed as people write them", () => {
  expect(
    [64, H, multiplyDims(H, W), divideDim(multiplyDims(H, W), 16), addDims(W, -1), addDims(1, multiplyDims(3, H))].map(
      dimText,
    ),
  ).toEqual(["64", "H", "H*W", "H*W/16", "W-1", "3*H+1"]);
  expect(shapeText([1, 3, H, divideDim(W, 2)])).toBe("[1, 3, H, W/2]");
  expect(dimText(addDims(H, multiplyDims(H, -1)))).toBe("0");
});

test("indivisible numbers and unknown symbols are rejected", () => {
  expect(() => divideDim(7, 2)).toThrow("7 is not a multiple of 2");
  expect(() => evaluateDim(multiplyDims(H, W), { H: 2 })).toThrow("the size W is unknown");
});

describe("broadcasting", () => {
  const shapes: fc.Arbitrary<Shape> = fc.array(fc.constantFrom<Dim>(1, 3, H, W), { maxLength: 4 });

  test("repeats size 1, keeps equal sizes, rejects the rest, and is symmetric", () => {
    void fc.assert(
      fc.property(shapes, shapes, (a, b) => {
        const rank = Math.max(a.length, b.length);
        const at = (shape: Shape, i: number) => shape[i - rank + shape.length] ?? 1;
        const pairs = Array.from({ length: rank }, (_, i) => [at(a, i), at(b, i)] as const);
        if (pairs.every(([x, y]) => x === 1 || y === 1 || sameDim(x, y))) {
          const expected = pairs.map(([x, y]) => (x === 1 ? y : x));
          expect(sameShape(broadcast(a, b), expected)).toBe(true);
          expect(sameShape(broadcast(b, a), expected)).toBe(true);
          expect(elements(broadcast(a, b))).toEqual(elements(expected));
        } else {
          expect(() => broadcast(a, b)).toThrow(`shapes ${shapeText(a)} and ${shapeText(b)} do not fit together`);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("two different symbols do not fit, even if they could be equal at run time", () => {
    expect(() => broadcast([H], [W])).toThrow("shapes [H] and [W] do not fit together");
    expect(() => broadcast([1, 3, H, W], [4, 1, 1])).toThrow("shapes [1, 3, H, W] and [4, 1, 1] do not fit together");
  });
});

test("the symbols of a size are named, and a number has none", () => {
  expect(symbolsOf(multiplyDims(H, W)).sort()).toEqual(["H", "W"]);
  expect(symbolsOf(7)).toEqual([]);
});
