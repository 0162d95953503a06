/** Cuts a graph in two: what one program computes is given to the other. */
import { shapeOf } from "./operators/movement.ts";
import { ordered } from "./order.ts";
import { sameShape } from "./shape.ts";
import { input, roleOf, type Tensor } from "./tensor.ts";

type Outputs = Readonly<Record<string, Tensor>>;

/**
 * The same outputs with every tensor of `given` as an input of its name, so that nothing that only those depend on is
 * computed; shapes are read from an input where one has the same. Roles are those of the whole graph: rewrite first, cut
 * afterwards.
 */
export function cut(outputs: Outputs, given: Outputs): Record<string, Tensor> {
  const inputs = Object.entries(given).map(([name, x]) => [x, input(name, x.shape, x.type)] as const);
  const known = new Map(inputs);
  const shapes = new Map<Tensor, Tensor>();
  const shapeLike = (x: Tensor) => {
    const same = inputs.find(([other]) => sameShape(other.shape, x.shape))?.[1];
    if (same && !shapes.has(same)) shapes.set(same, shapeOf(same));
    return same && shapes.get(same);
  };
  for (const x of ordered(Object.values(outputs))) {
    if (known.has(x)) continue;
    const shape = x.op === "Shape" ? shapeLike(x.inputs[0]!) : undefined;
    const own = x.inputs.map((y) => known.get(y)!);
    known.set(x, shape ?? (own.every((y, i) => y === x.inputs[i]) ? x : { ...x, inputs: own }));
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, x]) => [name, known.get(x)!]));
}

/**
 * What a program of `second` needs of one of `first` so that it computes no `features` again: features, or where they are
 * only cropped or compared the results, as masks (booleans) are a quarter as large. In the order in which features exist.
 */
export function needed(first: Outputs, second: Outputs, features: ReadonlySet<Tensor>): Tensor[] {
  const before = new Set(ordered(Object.values(first)));
  const nodes = [...new Set([...before, ...ordered(Object.values(second))])];
  const possible = new Set(before);
  /** For what depends on features, the place of the last of them. */
  const places = new Map<Tensor, number>();
  for (const [i, x] of nodes.entries()) {
    if (x.op === "Constant" || (x.inputs.length > 0 && x.inputs.every((y) => possible.has(y)))) possible.add(x);
    const place = features.has(x) ? i : Math.max(...x.inputs.map((y) => places.get(y) ?? -1));
    if (place >= 0) places.set(x, place);
  }
  const isResult = (x: Tensor) => possible.has(x) && (x.type === "bool" || roleOf(x, "crop") !== undefined);
  const found = new Set<Tensor>();
  const seen = new Set<Tensor>();
  const stack = Object.values(second);
  while (stack.length > 0) {
    const x = stack.pop()!;
    // Others have the same shape, see `cut`.
    if (seen.has(x) || !places.has(x) || x.op === "Shape") continue;
    seen.add(x);
    if (features.has(x) || isResult(x)) found.add(x);
    else stack.push(...x.inputs);
  }
  /** Whether all features that `x` depends on are found. */
  const follows = (x: Tensor): boolean =>
    !places.has(x) || (features.has(x) ? found.has(x) : x.inputs.every((y) => follows(y)));
  const least = nodes.filter((x) => found.has(x) && (features.has(x) || !follows(x)));
  return least.sort((a, b) => places.get(a)! - places.get(b)!);
}
