/** Decodes an ONNX model with the wire format alone, for the encoder's tests. */
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import type { Model } from "./model.ts";

/** The fields of one message, in order; numbers as numbers, the rest as bytes. */
type Fields = Map<number, (number | Uint8Array)[]>;

function fields(bytes: Uint8Array): Fields {
  const reader = new BinaryReader(bytes);
  const found: Fields = new Map();
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (type !== WireType.Varint && type !== WireType.LengthDelimited) throw new TypeError(`wire type ${type}`);
    const value = type === WireType.Varint ? Number(reader.int64()) : reader.bytes();
    found.set(field, [...(found.get(field) ?? []), value]);
  }
  return found;
}

const messages = (of: Fields, field: number) => ((of.get(field) ?? []) as Uint8Array[]).map(fields);
const texts = (of: Fields, field: number) =>
  ((of.get(field) ?? []) as Uint8Array[]).map((bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes));
const integers = (of: Fields, field: number) => (of.get(field) ?? []) as number[];

export interface ParsedValue {
  readonly name: string;
  readonly type: number;
  readonly shape: (number | string)[];
}

export interface ParsedNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: string[];
  readonly outputs: string[];
  readonly attributes: Record<string, number | string | number[]>;
}

export interface ParsedModel {
  readonly irVersion: number;
  readonly opset: number;
  readonly nodes: ParsedNode[];
  readonly constants: { name: string; type: number; dims: number[]; raw: Uint8Array }[];
  readonly inputs: ParsedValue[];
  readonly outputs: ParsedValue[];
}

function value(of: Fields): ParsedValue {
  const tensor = messages(messages(of, 2)[0]!, 1)[0]!;
  const dims = messages(messages(tensor, 2)[0]!, 1);
  const shape = dims.map((dim) => integers(dim, 1)[0] ?? texts(dim, 2)[0]!);
  return { name: texts(of, 1)[0]!, type: integers(tensor, 1)[0]!, shape };
}

/** AttributeProto: its type says which field holds the value. */
function attribute(of: Fields): [string, number | string | number[]] {
  const content: Record<number, () => number | string | number[]> = {
    2: () => integers(of, 3)[0]!,
    3: () => texts(of, 4)[0]!,
    7: () => integers(of, 8),
  };
  return [texts(of, 1)[0]!, content[integers(of, 20)[0]!]!()];
}

/** The values of a constant: in the model's bytes, or where its `location` leads. */
function valuesOf(of: Fields, externalData: Model["externalData"]): Uint8Array {
  const own = of.get(9)?.[0] as Uint8Array | undefined;
  if (own) return own;
  const [key, location] = messages(of, 13).map((entry) => [texts(entry, 1)[0], texts(entry, 2)[0]])[0]!;
  if (key !== "location" || integers(of, 14)[0] !== 1) throw new TypeError("neither own values nor external ones");
  return externalData.find(({ path }) => path === location)!.data;
}

export function parseModel({ bytes, externalData }: Model): ParsedModel {
  const model = fields(bytes);
  const graph = messages(model, 7)[0]!;
  return {
    irVersion: integers(model, 1)[0]!,
    opset: integers(messages(model, 8)[0]!, 2)[0]!,
    nodes: messages(graph, 1).map((of) => ({
      name: texts(of, 3)[0]!,
      op: texts(of, 4)[0]!,
      inputs: texts(of, 1),
      outputs: texts(of, 2),
      attributes: Object.fromEntries(messages(of, 5).map(attribute)),
    })),
    constants: messages(graph, 5).map((of) => ({
      name: texts(of, 8)[0]!,
      type: integers(of, 2)[0]!,
      dims: integers(of, 1),
      raw: valuesOf(of, externalData),
    })),
    inputs: messages(graph, 11).map(value),
    outputs: messages(graph, 12).map(value),
  };
}
