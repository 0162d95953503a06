/**
 * The smallest ONNX models, encoded by hand: one operator on a tensor of any shape. One probes a runtime, the other
 * copies tensors from a device. The encoder in `onnx/` is not used because this folder must not depend on it.
 */

/** The bytes of the ONNX model (IR version 10, opset 20) `y = op(x)` for float32. Every length fits into one byte. */
export function unaryModel(op: "Identity" | "Neg"): Uint8Array {
  const x = field(1, ...ascii("x"));
  const y = field(1, ...ascii("y"));
  const node = [...x, ...field(2, ...ascii("y")), ...field(4, ...ascii(op))];
  const anyShape = field(2, ...field(1, ...integer(1, FLOAT)));
  const graph = [
    ...field(1, ...node),
    ...field(2, ...ascii(op)),
    ...field(11, ...x, ...anyShape),
    ...field(12, ...y, ...anyShape),
  ];
  return Uint8Array.of(...integer(1, 10), ...field(7, ...graph), ...field(8, ...integer(2, 20)));
}

/** TensorProto.DataType.FLOAT. */
const FLOAT = 1;

/** Protobuf: a length-delimited field. */
function field(number: number, ...bytes: number[]): number[] {
  return [(number << 3) | 2, bytes.length, ...bytes];
}

/** Protobuf: a varint field with a value below 128. */
function integer(number: number, value: number): number[] {
  return [number << 3, value];
}

function ascii(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}
