/** Common subexpression elimination: finds equal tensors of a graph and names each once. */
import { ordered } from "../graph/order.ts";
import type { Tensor } from "../graph/tensor.ts";

/**
 * The distinct tensors that `outputs` depend on, inputs first, and the name of every tensor (equal tensors share one).
 * Inputs and outputs keep their own names.
 */
export function distinct(outputs: Readonly<Record<string, Tensor>>): { nodes: Tensor[]; names: Map<Tensor, string> } {
  const names = new Map<Tensor, string>();
  const known = new Map<string, string>();
  const data = new Map<unknown, number>();
  const wanted = new Map(Object.entries(outputs).map(([name, x]) => [x, name]));
  const nodes: Tensor[] = [];
  const all = ordered(Object.values(outputs));
  const given = new Set([...Object.keys(outputs), ...all.flatMap((x) => x.name ?? [])]);
  const made = (op: string) => {
    let name = `${op}_${nodes.length}`;
    while (given.has(name)) name += "_";
    return name;
  };
  for (const x of all) {
    const key = x.op === "Input" ? `Input ${x.name}` : x.op === "Constant" ? valueKey(x, data) : nodeKey(x, names);
    let name = known.get(key);
    if (name === undefined) {
      name = x.op === "Input" ? x.name! : (wanted.get(x) ?? made(x.op));
      known.set(key, name);
      nodes.push(x);
    }
    names.set(x, name);
  }
  return { nodes, names };
}

function nodeKey(x: Tensor, names: ReadonlyMap<Tensor, string>): string {
  return `${x.op}(${x.inputs.map((y) => names.get(y)).join(",")})${JSON.stringify(x.attributes)}`;
}

/** Small constants are compared by value, large ones by identity. */
function valueKey(x: Tensor, data: Map<unknown, number>): string {
  if (x.data!.length <= 16) return `${x.type}[${x.shape}]{${x.data!.join(",")}}`;
  if (!data.has(x.data)) data.set(x.data, data.size);
  return `data ${data.get(x.data)} [${x.shape}]`;
}
