/** Prints a graph as readable text: one line per node, constants by their size. */
import { ordered } from "./order.ts";
import { shapeText } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** The named outputs as text, one line per node: `%3 [1, 16, H, W] = Conv(image, %1, %2) pads=1,1,1,1`. */
export function print(outputs: Readonly<Record<string, Tensor>>): string {
  const names = new Map<Tensor, string>();
  const lines: string[] = [];
  for (const x of ordered(Object.values(outputs))) {
    if (x.op === "Constant") {
      names.set(x, x.data!.length <= 4 ? `{${[...x.data!].join(", ")}}` : `weights${shapeText(x.shape)}`);
      continue;
    }
    if (x.op === "Input") {
      names.set(x, x.name!);
      lines.push(`${x.name} ${shapeText(x.shape)}`);
      continue;
    }
    const name = `%${names.size}`;
    names.set(x, name);
    const attributes = Object.entries(x.attributes).map(([key, value]) => ` ${key}=${value}`);
    const inputs = x.inputs.map((y) => names.get(y)).join(", ");
    lines.push(`${name} ${shapeText(x.shape)} = ${x.op}(${inputs})${attributes.join("")}`);
  }
  for (const [name, x] of Object.entries(outputs)) lines.push(`${name} = ${names.get(x)}`);
  return lines.join("\n");
}
