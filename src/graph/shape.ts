/** Shapes with symbolic sizes: a dimension is a number or a polynomial in named sizes, such as `H*W/16` or `W-1`. */

/** A symbolic size: the sum of `coefficient * monomial`. A monomial is its symbols in order, joined by `*` ("" = 1). */
export interface SymbolicDim {
  readonly terms: ReadonlyMap<string, number>;
}

/** The size of a tensor along one axis. */
export type Dim = number | SymbolicDim;
/** The sizes along all axes; `[]` is a single number. */
export type Shape = readonly Dim[];

/** A named size that is known at run time: `symbol("H")`. */
export function symbol(name: string): SymbolicDim {
  return { terms: new Map([[name, 1]]) };
}

function terms(dim: Dim): ReadonlyMap<string, number> {
  return typeof dim === "number" ? new Map([["", dim]]) : dim.terms;
}

function normal(sum: Map<string, number>): Dim {
  for (const [monomial, coefficient] of sum) if (coefficient === 0) sum.delete(monomial);
  if (sum.size === 0) return 0;
  if (sum.size === 1 && sum.has("")) return sum.get("")!;
  return { terms: new Map([...sum].sort(([a], [b]) => (a < b ? 1 : -1))) };
}

/** `a + b`. */
export function addDims(a: Dim, b: Dim): Dim {
  const sum = new Map(terms(a));
  for (const [monomial, coefficient] of terms(b)) sum.set(monomial, (sum.get(monomial) ?? 0) + coefficient);
  return normal(sum);
}

/** `a * b`. */
export function multiplyDims(a: Dim, b: Dim): Dim {
  const product = new Map<string, number>();
  for (const [left, x] of terms(a)) {
    for (const [right, y] of terms(b)) {
      const monomial = [left, right]
        .flatMap((m) => m.split("*"))
        .filter(Boolean)
        .sort()
        .join("*");
      product.set(monomial, (product.get(monomial) ?? 0) + x * y);
    }
  }
  return normal(product);
}

/** `dim / divisor`. A symbolic size is assumed to be divisible; an indivisible number is a RangeError. */
export function divideDim(dim: Dim, divisor: number): Dim {
  if (typeof dim === "number" && dim % divisor !== 0) throw new RangeError(`${dim} is not a multiple of ${divisor}`);
  return multiplyDims(dim, 1 / divisor);
}

/** A dimension as text: `64`, `H/2`, `H*W/16`, `W-1`. Equal dimensions have equal texts. */
export function dimText(dim: Dim): string {
  if (typeof dim === "number") return String(dim);
  let text = "";
  for (const [monomial, coefficient] of dim.terms) {
    const size = Math.abs(coefficient);
    const factor = size < 1 ? `${monomial}/${1 / size}` : size === 1 ? monomial : `${size}*${monomial}`;
    const term = monomial === "" ? String(size) : factor;
    text += coefficient < 0 ? `-${term}` : text ? `+${term}` : term;
  }
  return text;
}

/** A shape as text: `[1, 64, H/2, W/2]`. */
export function shapeText(shape: Shape): string {
  return `[${shape.map(dimText).join(", ")}]`;
}

/** Whether the dimensions are equal for all values of their symbols. */
export function sameDim(a: Dim, b: Dim): boolean {
  return a === b || dimText(a) === dimText(b);
}

/** Whether the shapes are equal for all values of their symbols. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => sameDim(dim, b[i]!));
}

/** `dim` as a sum of products: a number times symbols. */
export function termsOf(dim: Dim): { readonly coefficient: number; readonly symbols: readonly string[] }[] {
  return [...terms(dim)].map(([monomial, coefficient]) => ({
    coefficient,
    symbols: monomial.split("*").filter(Boolean),
  }));
}

/** The names of the symbols in `dim`. */
export function symbolsOf(dim: Dim): string[] {
  return termsOf(dim).flatMap(({ symbols }) => symbols);
}

/** The value of `dim` for the given symbols; an unknown symbol is a RangeError. */
export function evaluateDim(dim: Dim, sizes: Readonly<Record<string, number>>): number {
  if (typeof dim === "number") return dim;
  let sum = 0;
  for (const [monomial, coefficient] of dim.terms) {
    sum += monomial
      .split("*")
      .filter(Boolean)
      .reduce((product, name) => {
        const size = sizes[name];
        if (size === undefined) throw new RangeError(`the size ${name} is unknown`);
        return product * size;
      }, coefficient);
  }
  return sum;
}

/** The number of elements of a tensor of this shape. */
export function elements(shape: Shape): Dim {
  return shape.reduce<Dim>(multiplyDims, 1);
}

/** The broadcast shape of `a` and `b` (aligned at the last axis; size 1 is repeated), or a TypeError. */
export function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x === 1) return y;
    if (y === 1 || sameDim(x, y)) return x;
    throw new TypeError(`shapes ${shapeText(a)} and ${shapeText(b)} do not fit together`);
  });
}
