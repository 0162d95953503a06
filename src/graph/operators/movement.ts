/** Operators that move elements without arithmetic: reshape, transpose, slice, concat, pad, roll. */
import { addDims, type Dim, elements, type Shape, sameDim, shapeText } from "../shape.ts";
import { expectShape, integers, node, scalar, type Tensor } from "../tensor.ts";

/**
 * The same elements in another shape, of which at most one size may be symbolic. Throws a TypeError if they do not fit.
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  if (!sameDim(elements(x.shape), elements(shape))) {
    throw new TypeError(`reshape: ${shapeText(x.shape)} does not have the elements of ${shapeText(shape)}`);
  }
  if (shape.filter((dim) => typeof dim !== "number").length > 1) {
    throw new TypeError(`reshape: more than one symbolic size in ${shapeText(shape)}; use reshapeLike`);
  }
  return node("Reshape", [x, integers(...shape.map((dim) => (typeof dim === "number" ? dim : -1)))], {
    shape,
    pullback: (g) => [reshapeLike(g, x), undefined],
  });
}

/** The same elements in the shape of `like`. */
export function reshapeLike(x: Tensor, like: Tensor): Tensor {
  return node("Reshape", [x, shapeOf(like)], { shape: like.shape, pullback: (g) => [reshapeLike(g, x), undefined] });
}

/** The shape of `x` as an int64 tensor, evaluated at run time. */
export function shapeOf(x: Tensor): Tensor {
  return node("Shape", [x], { shape: [x.shape.length], type: "int64" });
}

/** The transpose of a matrix. */
export function transpose(x: Tensor): Tensor {
  if (x.shape.length !== 2) throw new TypeError(`transpose: expected a matrix, got ${shapeText(x.shape)}`);
  return node("Transpose", [x], {
    shape: [x.shape[1]!, x.shape[0]!],
    attributes: { perm: [1, 0] },
    pullback: (g) => [transpose(g)],
  });
}

const END = Number.MAX_SAFE_INTEGER;

/**
 * The elements `start` to `end` (exclusive) along `axis`. A negative `end` counts from the end: `slice(x, 3, 0, -1)` is
 * all but the last column; without `end` the slice reaches to the last element. A negative `start` counts from the end
 * too, and has no gradient.
 */
export function slice(x: Tensor, axis: number, start: number, end: number = END): Tensor {
  const size = x.shape[axis];
  if (size === undefined) throw new TypeError(`slice: ${shapeText(x.shape)} has no axis ${axis}`);
  let length: Dim;
  if (start < 0 && end !== END) throw new TypeError("slice: from a negative start up to the last only");
  if (start < 0) length = -start;
  else if (end === END) length = addDims(size, -start);
  else if (end < 0) length = addDims(size, end - start);
  else length = end - start;
  const tail = end === END ? 0 : end < 0 ? -end : addDims(size, -end);
  return node("Slice", [x, integers(start), integers(end), integers(axis)], {
    shape: x.shape.map((dim, i) => (i === axis ? length : dim)),
    pullback: (g) => {
      if (typeof tail !== "number" || start < 0)
        throw new TypeError("slice: a gradient needs a start from the start and an end from the end");
      return [padZeros(g, axis, start, tail), undefined, undefined, undefined];
    },
  });
}

/** Pads with zeros before and after, along `axis`. */
export function padZeros(x: Tensor, axis: number, before: number, after: number): Tensor {
  const rank = x.shape.length;
  const pads = Array.from({ length: 2 * rank }, () => 0);
  pads[axis] = before;
  pads[rank + axis] = after;
  return node("Pad", [x, integers(...pads), scalar(0)], {
    shape: x.shape.map((dim, i) => (i === axis ? addDims(dim, before + after) : dim)),
    attributes: { mode: "constant" },
    pullback: (g) => [slice(g, axis, before, after === 0 ? END : -after), undefined, undefined],
  });
}

/** Concatenates along `axis`. A gradient needs numeric sizes along it. */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const [first] = parts;
  if (!first) throw new TypeError("concat: no parts");
  let length: Dim = 0;
  for (const part of parts) {
    expectShape(
      "concat",
      part,
      first.shape.map((dim, i) => (i === axis ? part.shape[i]! : dim)),
    );
    length = addDims(length, part.shape[axis]!);
  }
  return node("Concat", parts, {
    shape: first.shape.map((dim, i) => (i === axis ? length : dim)),
    attributes: { axis },
    pullback(g) {
      let end = 0;
      return parts.map(({ shape }) => {
        const length = shape[axis]!;
        if (typeof length !== "number") throw new TypeError("concat: a gradient needs sizes that are numbers");
        end += length;
        return slice(g, axis, end - length, end);
      });
    },
  });
}

/** `x` rotated along `axis`: its first `by` elements move behind the last; a negative `by` rotates the other way. */
export function roll(x: Tensor, axis: number, by: number): Tensor {
  const parts = [slice(x, axis, by), slice(x, axis, 0, by)];
  return { ...concat(parts, axis), shape: x.shape, sources: [x], pullback: (g) => [roll(g, axis, -by)] };
}

/**
 * Pads each of the axes by one element at both ends from the opposite end; not differentiable (`conv` is, as a whole).
 */
export function padCircular(x: Tensor, axes: readonly number[]): Tensor {
  return axes.reduce((y, axis) => concat([slice(y, axis, -1), y, slice(y, axis, 0, 1)], axis), x);
}
