/** Elementwise operators, with the broadcasting of ONNX: shapes are aligned at the last axis and size 1 is repeated. */

import { broadcast, sameShape } from "../shape.ts";
import { node, roleOf, scalar, type Tensor, withRole } from "../tensor.ts";
import { expand, sumTo } from "./reduce.ts";

/** A tensor or a plain number. */
export type Operand = Tensor | number;

function tensor(x: Operand): Tensor {
  return typeof x === "number" ? scalar(x) : x;
}

/** A binary operator. Its rule gives the gradients before they are summed over the broadcast axes. */
function binary(
  op: string,
  left: Operand,
  right: Operand,
  rule: (g: Tensor, a: Tensor, b: Tensor) => [Tensor, Tensor],
) {
  const a = tensor(left);
  const b = tensor(right);
  const shape = broadcast(a.shape, b.shape);
  const stretched = !(sameShape(a.shape, shape) && sameShape(b.shape, shape));
  return node(op, [a, b], {
    shape,
    accepts: "any",
    pullback: (g) => {
      const full = stretched && !sameShape(g.shape, shape) ? expand(g, shape, a, b) : g;
      const [ga, gb] = rule(full, a, b);
      return [stretched ? sumTo(ga, a.shape) : ga, stretched ? sumTo(gb, b.shape) : gb];
    },
  });
}

/** `a + b`. */
export function add(a: Operand, b: Operand): Tensor {
  return binary("Add", a, b, (g) => [g, g]);
}

/** `a - b`. */
export function sub(a: Operand, b: Operand): Tensor {
  return binary("Sub", a, b, (g) => [g, neg(g)]);
}

/**
 * `a * b`. Single numbers are multiplied with each other first, so that constants can be joined and ones omitted (the gradient
 * of a loss begins with 1).
 */
export function mul(a: Operand, b: Operand): Tensor {
  const [x, y] = [tensor(a), tensor(b)];
  if (numberOf(x) === 1) return y;
  if (numberOf(y) === 1) return x;
  if (isNumber(x) && isNumber(y)) return productOfNumbers(x, y);
  const [factor, rest] = isNumber(x) ? [x, y] : [y, x];
  const inner = isNumber(factor) ? scaled(rest) : undefined;
  return inner ? mul(mul(factor, inner.factor), inner.x) : product(x, y);
}

/** `a / b`. A single number that divides a multiple divides its factor. */
export function div(a: Operand, b: Operand): Tensor {
  const [x, y] = [tensor(a), tensor(b)];
  const inner = isNumber(y) ? scaled(x) : undefined;
  if (inner) return mul(div(inner.factor, y), inner.x);
  return binary("Div", x, y, (g, x, y) => [div(g, y), neg(div(mul(g, x), mul(y, y)))]);
}

function product(x: Tensor, y: Tensor): Tensor {
  return binary("Mul", x, y, (g, x, y) => [mul(g, y), mul(g, x)]);
}

/** The product of two scalars; constant factors come last and are joined. */
function productOfNumbers(x: Tensor, y: Tensor): Tensor {
  const [variable, fixed] = numberOf(x) === undefined ? [x, numberOf(y)] : [y, numberOf(x)];
  if (fixed === undefined) return product(x, y);
  const before = scaled(variable);
  const joined = before && numberOf(before.factor);
  return joined === undefined ? product(variable, scalar(fixed)) : mul(before!.x, joined * fixed);
}

/** `x` as the multiple of a number: of a scalar if `x` is no scalar itself, else of a constant. */
function scaled(x: Tensor): { factor: Tensor; x: Tensor } | undefined {
  if (x.op !== "Mul") return undefined;
  const isFactor = (y: Tensor) => (isNumber(x) ? numberOf(y) !== undefined : isNumber(y));
  const at = x.inputs.findIndex(isFactor);
  return at < 0 ? undefined : { factor: x.inputs[at]!, x: x.inputs[1 - at]! };
}

function isNumber({ shape }: Tensor): boolean {
  return shape.length === 0;
}

/** The value of a constant scalar. */
function numberOf(x: Tensor): number | undefined {
  return x.op === "Constant" && isNumber(x) && x.type === "float32" ? Number(x.data![0]) : undefined;
}

/** `base ** exponent`, differentiable in the base only. */
export function pow(base: Operand, exponent: Operand): Tensor {
  const [x, p] = [tensor(base), tensor(exponent)];
  return node("Pow", [x, p], {
    shape: broadcast(x.shape, p.shape),
    accepts: "any",
    pullback: (g) => [mul(g, mul(p, pow(x, sub(p, 1)))), undefined],
  });
}

function unary(op: string, x: Tensor, rule: (g: Tensor, y: Tensor) => Tensor): Tensor {
  const y: Tensor = node(op, [x], { shape: x.shape, accepts: "any", pullback: (g) => [rule(g, y)] });
  return y;
}

/** `-x`. */
export function neg(x: Tensor): Tensor {
  return unary("Neg", x, (g) => neg(g));
}

/** The square root; its gradient at 0 is infinite. */
export function sqrt(x: Tensor): Tensor {
  return unary("Sqrt", x, (g, y) => div(g, mul(y, 2)));
}

/** `|x|`; the gradient at 0 is 0. */
export function abs(x: Tensor): Tensor {
  return unary("Abs", x, (g) => mul(g, node("Sign", [x], { shape: x.shape })));
}

/**
 * `max(x, 0)`; the gradient flows where the output is positive. The mask is Greater, Cast, Mul because that is faster
 * on the CPU than Sign or Where. It is the first factor, so that ONNX Runtime, which evaluates the inputs that come later in
 * a graph first, computes it after the gradient instead of holding all masks of the backward pass at once.
 */
export function relu(x: Tensor): Tensor {
  return unary("Relu", x, (gradient, output) => {
    // The gradient of a pooling leaves nothing where the output is 0.
    const isMasked = roleOf(gradient, "max pool gradient")?.x === output;
    const masked = isMasked ? gradient : mul(float(greater(output, 0)), gradient);
    return withRole(masked, { kind: "relu gradient", gradient, output });
  });
}

/** `x` clamped to [low, high]; the gradient is 0 outside. */
export function clip(x: Tensor, low: number, high: number): Tensor {
  return node("Clip", [x, scalar(low), scalar(high)], {
    shape: x.shape,
    accepts: "any",
    pullback: (g) => [where(and(greaterOrEqual(x, low), greaterOrEqual(high, x)), g, 0), undefined, undefined],
  });
}

/** The smaller of the two, elementwise; not differentiable. */
export function minimum(a: Operand, b: Operand): Tensor {
  return plain("Min", a, b, "float32");
}

/** The larger of the two, elementwise; not differentiable. */
export function maximum(a: Operand, b: Operand): Tensor {
  return plain("Max", a, b, "float32");
}

function plain(op: string, left: Operand, right: Operand, type: "bool" | "float32"): Tensor {
  const [a, b] = [tensor(left), tensor(right)];
  return node(op, [a, b], { shape: broadcast(a.shape, b.shape), type });
}

/** `a > b`, elementwise, as booleans. Like every comparison it is false where either side is NaN. */
export function greater(a: Operand, b: Operand): Tensor {
  return plain("Greater", a, b, "bool");
}

/** `a >= b`, elementwise, as booleans. */
export function greaterOrEqual(a: Operand, b: Operand): Tensor {
  return plain("GreaterOrEqual", a, b, "bool");
}

/** `a = b`, elementwise, as booleans. */
export function equal(a: Operand, b: Operand): Tensor {
  return plain("Equal", a, b, "bool");
}

/** `a && b`, elementwise, of booleans. */
export function and(a: Tensor, b: Tensor): Tensor {
  return plain("And", a, b, "bool");
}

/** `a || b`, by De Morgan's rule: ONNX Runtime's WebGPU provider has no Or and would run it on the CPU. */
export function or(a: Tensor, b: Tensor): Tensor {
  return not(and(not(a), not(b)));
}

/** The opposite of booleans. */
export function not(a: Tensor): Tensor {
  return node("Not", [a], { shape: a.shape, type: "bool" });
}

/** Booleans as 1 and 0. */
export function float(x: Tensor): Tensor {
  return node("Cast", [x], { shape: x.shape, attributes: { to: "float32" } });
}

/** `a` where `condition` is true, else `b`. The branch that is not selected may be NaN. */
export function where(condition: Tensor, left: Operand, right: Operand): Tensor {
  const [a, b] = [tensor(left), tensor(right)];
  const shape = broadcast(condition.shape, broadcast(a.shape, b.shape));
  return node("Where", [condition, a, b], {
    shape,
    pullback: (g) => [undefined, sumTo(where(condition, g, 0), a.shape), sumTo(where(condition, 0, g), b.shape)],
  });
}
