/** A linear map of the channels, identical at every position. */
import { sameDim, shapeText } from "../shape.ts";
import { constant, node, type Tensor } from "../tensor.ts";

/**
 * Applies the constant `matrix` [K, C] to the channels of `x` [1, C, H, W] at every position, and adds `bias` [K]:
 * [1, K, H, W].
 */
export function mixChannels(x: Tensor, matrix: Tensor, bias?: Tensor): Tensor {
  const [outputs, inputs] = matrix.shape;
  if (matrix.shape.length !== 2 || x.shape.length !== 4 || !sameDim(x.shape[1]!, inputs!)) {
    throw new TypeError(`mixChannels: ${shapeText(x.shape)} and a matrix ${shapeText(matrix.shape)} do not fit`);
  }
  const kernel = constant(values(matrix), [outputs as number, inputs as number, 1, 1]);
  return node("Conv", bias ? [x, kernel, bias] : [x, kernel], {
    shape: [x.shape[0]!, outputs!, x.shape[2]!, x.shape[3]!],
    attributes: { kernel_shape: [1, 1], pads: [0, 0, 0, 0], strides: [1, 1] },
    role: { kind: "channel mixture", x, matrix, bias },
    pullback: (g) => [mixChannels(g, transposed(matrix)), undefined, undefined],
  });
}

function values({ data }: Tensor): Float32Array {
  if (!(data instanceof Float32Array)) throw new TypeError("mixChannels: expected a constant matrix");
  return data;
}

function transposed(matrix: Tensor): Tensor {
  const [rows, columns] = matrix.shape as readonly number[] as [number, number];
  const data = values(matrix);
  const result = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j]!;
  return constant(result, [columns, rows]);
}
