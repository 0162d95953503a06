/** Invalid graphs are rejected: shapes when a tensor is made, names and types when the whole graph is checked. */
import { describe, expect, test } from "vitest";
import { check } from "./check.ts";
import { grad } from "./grad.ts";
import { add, mul, where } from "./operators/arithmetic.ts";
import { conv } from "./operators/convolution.ts";
import { matmul, selfProduct } from "./operators/linear.ts";
import { concat, reshape, slice, transpose } from "./operators/movement.ts";
import { maxPool } from "./operators/pooling.ts";
import { max, sum } from "./operators/reduce.ts";
import { symbol } from "./shape.ts";
import { constant, expectShape, input, node, scalar } from "./tensor.ts";

const [H, W] = [symbol("H"), symbol("W")];
const image = input("image", [1, 3, H, W]);
const matrix = input("matrix", [3, 4]);
const zeros = (...shape: number[]) => constant(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);

describe("incompatible shapes are rejected by the operator", () => {
  test.each<[string, () => unknown]>([
    ["shapes [1, 3, H, W] and [2, 1, 1] do not fit together", () => add(image, zeros(2, 1, 1))],
    ["shapes [3, 4] and [1, 3, H, W] do not fit together", () => where(matrix, image, 0)],
    ["conv: [1, 3, H, W] and a kernel [5, 4, 3, 3] do not fit", () => conv(image, zeros(5, 4, 3, 3))],
    ["conv: [1, 3, H, W] and a kernel [5, 3, 1, 1] do not fit", () => conv(image, zeros(5, 3, 1, 1))],
    ["matmul: [3, 4] and [3, 4] do not fit", () => matmul(matrix, matrix)],
    ["selfProduct: expected a matrix, got [1, 3, H, W]", () => selfProduct(image)],
    ["transpose: expected a matrix, got [1, 3, H, W]", () => transpose(image)],
    ["reshape: [3, 4] does not have the elements of [5]", () => reshape(matrix, [5])],
    ["reshape: more than one symbolic size in [3, H, W]; use reshapeLike", () => reshape(image, [3, H, W])],
    ["slice: [3, 4] has no axis 2", () => slice(matrix, 2, 0)],
    ["concat: expected shape [3, 4], got [2, 4]", () => concat([matrix, zeros(2, 4)], 1)],
    ["concat: no parts", () => concat([], 0)],
    ["pooling: expected [N, C, H, W], got [3, 4]", () => maxPool(matrix)],
    ["5 is not a multiple of 2", () => maxPool(zeros(1, 1, 5, 4))],
    ["a constant of shape [2, 2] with 3 values", () => constant(new Float32Array(3), [2, 2])],
    ["here: expected shape [4], got [3, 4]", () => expectShape("here", matrix, [4])],
  ])("%s", (message, build) => {
    expect(build).toThrow(message);
  });
});

describe("gradients that do not exist are rejected", () => {
  test("of an operator without a pullback", () => {
    expect(() => grad(max(matrix), [matrix])).toThrow("grad: ReduceMax has no gradient");
  });

  test("with respect to a convolution with a kernel that is not constant", () => {
    const kernel = input("kernel", [2, 3, 3, 3]);
    expect(() => grad(sum(conv(image, kernel)), [image])).toThrow("conv: a gradient needs a constant kernel");
  });

  test("but a node that depends on no variable needs no pullback", () => {
    expect(() => grad(mul(sum(image), max(matrix)), [image])).not.toThrow();
  });
});

describe("check", () => {
  test("accepts a valid graph", () => {
    expect(() => check({ y: add(image, 1), z: sum(matrix) })).not.toThrow();
  });

  test("rejects two inputs of one name and reports both shapes if they differ", () => {
    expect(() => check({ y: add(sum(image), sum(input("image", [3, 4]))) })).toThrow(
      "two inputs are called image [1, 3, H, W] and [3, 4]",
    );
    expect(() => check({ y: add(matrix, input("matrix", [3, 4])) })).toThrow(/^two inputs are called matrix$/);
  });

  test("rejects an output with an input's name", () => {
    expect(() => check({ image: add(image, 1) })).toThrow("an input and an output are called image");
  });

  test("rejects elementwise operators on two element types", () => {
    const truth = node("Greater", [matrix, scalar(0)], { shape: matrix.shape, type: "bool" });
    expect(() => check({ y: add(matrix, truth) })).toThrow("Add: inputs of types float32, bool");
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("rejects a constant with the value %f", (value) => {
    const broken = constant(Float32Array.of(1, value, 3, 4), [4]);
    expect(() => check({ y: add(matrix, broken) })).toThrow("a constant [4] holds NaN or infinite numbers");
  });
});
