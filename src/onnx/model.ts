/**
 * Encodes a graph as an ONNX model. Operator names are already ONNX's, so no operator needs a case here. Field numbers
 * are those of onnx.proto (IR version 10); @bufbuild/protobuf writes the wire format.
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { check } from "../graph/check.ts";
import { dimText, type Shape } from "../graph/shape.ts";
import type { Attribute, ElementType, Tensor } from "../graph/tensor.ts";
import { distinct } from "./common-subexpressions.ts";

const IR_VERSION = 10;
/** Opset 20: supported by every ONNX Runtime since 1.17. */
const OPSET = 20;

/** TensorProto.DataType. */
const DATA_TYPE: Record<ElementType, number> = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9 };

/** The values of a large constant, which a model refers to by name. */
export interface ExternalData {
  readonly path: string;
  readonly data: Uint8Array;
}

/** A model: its ONNX bytes, and the values of its large constants, which share the memory of the graph's. */
export interface Model {
  readonly bytes: Uint8Array;
  readonly externalData: readonly ExternalData[];
}

/** Constants of fewer bytes are in the model's own bytes. */
const EXTERNAL = 1024;

/** The ONNX model that computes `outputs`, by name, from the `Input`s they depend on. */
export function encode(outputs: Readonly<Record<string, Tensor>>): Model {
  check(outputs);
  const { nodes, names } = distinct(outputs);
  const graph = new BinaryWriter();
  const operators = new Set(nodes.filter((x) => x.op !== "Input" && x.op !== "Constant"));
  const copies = copied(outputs, names);
  for (const x of nodes) {
    const name = names.get(x)!;
    if (operators.has(x)) message(graph, 1, nodeProto(x, names));
    // Directly after their source: ONNX Runtime evaluates from the last output to the first, so a late copy keeps it
    // alive.
    for (const copy of copies.get(name) ?? []) message(graph, 1, identity(name, copy));
  }
  text(graph, 2, "pastiche");
  for (const x of nodes) if (x.op === "Input") message(graph, 11, valueInfo(x.name!, x.type, x.shape));
  for (const [name, x] of Object.entries(outputs)) message(graph, 12, valueInfo(name, x.type, x.shape));

  const externalData: ExternalData[] = [];
  for (const x of nodes) {
    if (x.op !== "Constant") continue;
    const name = names.get(x)!;
    const data = bytesOf(x);
    const isExternal = data.byteLength >= EXTERNAL;
    if (isExternal) externalData.push({ path: name, data });
    message(graph, 5, tensorProto(x, name, isExternal ? undefined : data));
  }
  const model = new BinaryWriter();
  model.tag(1, WireType.Varint).int64(IR_VERSION);
  text(model, 2, "pastiche");
  message(model, 8, new BinaryWriter().tag(2, WireType.Varint).int64(OPSET));
  for (const domain of new Set([...operators].map((x) => operatorName(x.op).domain).filter(Boolean)))
    message(model, 8, text(new BinaryWriter(), 1, domain).tag(2, WireType.Varint).int64(1));
  message(model, 7, graph);
  return { bytes: model.finish(), externalData };
}

/** Outputs whose name differs from their tensor's, grouped by that tensor's name. */
function copied(outputs: Readonly<Record<string, Tensor>>, names: ReadonlyMap<Tensor, string>): Map<string, string[]> {
  const copies = new Map<string, string[]>();
  for (const [name, x] of Object.entries(outputs)) {
    const own = names.get(x)!;
    if (own !== name) copies.set(own, [...(copies.get(own) ?? []), name]);
  }
  return copies;
}

function message(writer: BinaryWriter, field: number, content: BinaryWriter): void {
  writer.tag(field, WireType.LengthDelimited).bytes(content.finish());
}

function text(writer: BinaryWriter, field: number, value: string): BinaryWriter {
  return writer.tag(field, WireType.LengthDelimited).string(value);
}

/** NodeProto. */
function nodeProto(x: Tensor, names: ReadonlyMap<Tensor, string>): BinaryWriter {
  const writer = new BinaryWriter();
  for (const y of x.inputs) text(writer, 1, names.get(y)!);
  text(writer, 2, names.get(x)!);
  text(writer, 3, names.get(x)!);
  const { domain, name: op } = operatorName(x.op);
  text(writer, 4, op);
  if (domain) text(writer, 7, domain);
  for (const [name, value] of Object.entries(x.attributes)) message(writer, 5, attributeProto(name, value));
  return writer;
}

/**
 * The domain and the name of an operator: `Conv` is in ONNX's default domain, `com.microsoft.QLinearConv` in
 * Microsoft's.
 */
function operatorName(op: string): { domain: string; name: string } {
  const dot = op.lastIndexOf(".");
  return { domain: op.slice(0, Math.max(dot, 0)), name: op.slice(dot + 1) };
}

function identity(from: string, to: string): BinaryWriter {
  return text(text(text(text(new BinaryWriter(), 1, from), 2, to), 3, to), 4, "Identity");
}

/** AttributeProto. Numbers are integers (no operator used here has a float attribute); `to` names an element type. */
function attributeProto(name: string, value: Attribute): BinaryWriter {
  const writer = text(new BinaryWriter(), 1, name);
  const content = name === "to" ? DATA_TYPE[value as ElementType] : value;
  const kind = typeof content === "number" ? 2 : typeof content === "string" ? 3 : 7;
  if (typeof content === "number") writer.tag(3, WireType.Varint).int64(content);
  else if (typeof content === "string") text(writer, 4, content);
  else for (const item of content) writer.tag(8, WireType.Varint).int64(item);
  return writer.tag(20, WireType.Varint).int32(kind);
}

function bytesOf({ data }: Tensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = data!;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** TensorProto with raw little-endian values, or a reference to external ones of the same name. */
function tensorProto(x: Tensor, name: string, data: Uint8Array | undefined): BinaryWriter {
  const writer = new BinaryWriter();
  for (const dim of x.shape) writer.tag(1, WireType.Varint).int64(dim as number);
  writer.tag(2, WireType.Varint).int32(DATA_TYPE[x.type]);
  text(writer, 8, name);
  if (data) return writer.tag(9, WireType.LengthDelimited).bytes(data);
  message(writer, 13, text(text(new BinaryWriter(), 1, "location"), 2, name));
  return writer.tag(14, WireType.Varint).int32(1);
}

/** ValueInfoProto: a name, an element type, and a shape whose symbolic sizes are dimension parameters. */
function valueInfo(name: string, type: ElementType, shape: Shape): BinaryWriter {
  const dims = new BinaryWriter();
  for (const dim of shape) {
    const size = new BinaryWriter();
    if (typeof dim === "number") size.tag(1, WireType.Varint).int64(dim);
    else text(size, 2, dimText(dim));
    message(dims, 1, size);
  }
  const tensor = new BinaryWriter().tag(1, WireType.Varint).int32(DATA_TYPE[type]);
  message(tensor, 2, dims);
  const kind = new BinaryWriter();
  message(kind, 1, tensor);
  const writer = text(new BinaryWriter(), 1, name);
  message(writer, 2, kind);
  return writer;
}
