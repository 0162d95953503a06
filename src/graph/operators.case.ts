/** Every operator of the language with example inputs. Each is tested for its gradient, and on every runtime. */

import * as graph from "./index.ts";
import { expand, sumTo } from "./operators/reduce.ts";
import { numbers, type OperatorCase } from "./problem.case.ts";
import { constant, type Tensor } from "./tensor.ts";

const H = graph.symbol("H");
const W = graph.symbol("W");
const image = [1, 3, H, W];
const positive = { offset: 1.5, scale: 1 };
const kernel = constant(numbers(5 * 3 * 9, 3), [5, 3, 3, 3]);
const bias = constant(numbers(5, 4), [5]);
const half = (x: Tensor) => graph.mul(x, 0.5);

export const operators: Record<string, OperatorCase> = {
  add: { shapes: [image, image], build: (a, b) => graph.add(a, b) },
  "add, stretched": { shapes: [image, [3, 1, 1]], build: (a, b) => graph.add(a, b) },
  sub: { shapes: [image, image], build: (a, b) => graph.sub(a, b) },
  "sub, left broadcast": { shapes: [[], image], build: (a, b) => graph.sub(a, b) },
  mul: { shapes: [image, image], build: (a, b) => graph.mul(a, b) },
  "mul, stretched": { shapes: [[3, 1, 1], image], build: (a, b) => graph.mul(a, b) },
  "mul, both broadcast": {
    shapes: [
      [4, 1],
      [1, 5],
    ],
    build: (a, b) => graph.mul(a, b),
  },
  "mul and div, factors": {
    shapes: [[], [], image],
    build: (a, b, c) => graph.mul(graph.div(graph.mul(graph.mul(a, 3), graph.mul(c, c)), graph.mul(2, b)), 5),
    domain: positive,
  },
  div: { shapes: [image, image], build: (a, b) => graph.div(a, b), domain: positive },
  pow: { shapes: [image], build: (a) => graph.pow(a, 1.7), domain: positive },
  neg: { shapes: [image], build: graph.neg },
  sqrt: { shapes: [image], build: graph.sqrt, domain: positive },
  abs: { shapes: [image], build: graph.abs },
  relu: { shapes: [image], build: graph.relu },
  clip: { shapes: [image], build: (a) => graph.clip(a, -0.4, 0.3) },
  minimum: { shapes: [image, image], build: graph.minimum, fixed: [0, 1] },
  maximum: { shapes: [image, image], build: graph.maximum, fixed: [0, 1] },
  where: { shapes: [image, image], build: (a, b) => graph.where(graph.greater(half(a), b), a, graph.mul(b, b)) },
  "greater, not, and": {
    shapes: [image, image],
    build: (a, b) => graph.float(graph.and(graph.greater(a, b), graph.not(graph.greater(b, 0.3)))),
    fixed: [0, 1],
  },
  "greaterOrEqual, equal, or": {
    shapes: [image, image],
    build: (a, b) => graph.float(graph.or(graph.greaterOrEqual(a, b), graph.equal(a, a))),
    fixed: [0, 1],
  },
  sum: { shapes: [image], build: (a) => graph.sum(graph.mul(a, a)) },
  "sum of axes": { shapes: [image], build: (a) => graph.sum(graph.mul(a, a), { axes: [0, 2] }) },
  "sum of axes, kept": { shapes: [image], build: (a) => graph.sum(graph.mul(a, a), { axes: [3], keep: true }) },
  max: { shapes: [image], build: (a) => graph.max(a), fixed: [0] },
  sumSquare: { shapes: [image], build: graph.sumSquare },
  meanSquare: { shapes: [image], build: graph.meanSquare },
  mean: { shapes: [image], build: (a) => graph.mean(graph.mul(a, a)) },
  "expand and sumTo": { shapes: [[1, 3, 1, 1], image], build: (a, b) => graph.mul(expand(a, image, b), b) },
  sumTo: { shapes: [image], build: (a) => sumTo(graph.mul(a, a), [3, 1, 1]) },
  reshape: { shapes: [image], build: (a) => graph.reshape(graph.mul(a, a), [3, graph.multiplyDims(H, W)]) },
  reshapeLike: {
    shapes: [[3, graph.multiplyDims(H, W)], image],
    build: (a, b) => graph.mul(graph.reshapeLike(a, b), b),
  },
  transpose: { shapes: [[4, 3]], build: (a) => graph.transpose(graph.mul(a, a)) },
  "slice, start": { shapes: [image], build: (a) => graph.slice(graph.mul(a, a), 3, 1) },
  "slice, end": { shapes: [image], build: (a) => graph.slice(graph.mul(a, a), 2, 0, -1) },
  "slice, both": { shapes: [[5, 4]], build: (a) => graph.slice(graph.mul(a, a), 0, 1, 3) },
  crop: {
    shapes: [image, [1]],
    // The area is known at run time.
    build: (a, b) => {
      const area = graph.add(constant(Float32Array.of(1, 2, 3, 5), [4]), graph.mul(b, 0));
      return graph.crop(graph.mul(a, a), area, [2, 3]);
    },
    fixed: [1],
  },
  padZeros: { shapes: [image], build: (a) => graph.padZeros(graph.mul(a, a), 2, 1, 2) },
  "roll, forward": { shapes: [image], build: (a) => graph.roll(graph.mul(a, a), 3, 1) },
  "roll, backward": { shapes: [image], build: (a) => graph.roll(graph.mul(a, a), 2, -1) },
  padCircular: { shapes: [image], build: (a) => graph.padCircular(a, [2, 3]), fixed: [0] },
  concat: {
    shapes: [
      [2, 3],
      [1, 3],
    ],
    build: (a, b) => graph.concat([a, graph.mul(b, b)], 0),
  },
  matmul: {
    shapes: [
      [3, 4],
      [4, 2],
    ],
    build: graph.matmul,
  },
  "argMax and columnsAt": {
    shapes: [
      [3, 4],
      [4, 3],
    ],
    build: (a, b) => graph.mul(graph.transpose(a), graph.transpose(graph.columnsAt(a, graph.argMax(b)))),
    fixed: [0, 1],
  },
  subsample: { shapes: [[1, 3, 4, 9]], build: (a) => graph.subsample(a, 3), fixed: [0] },
  selfProduct: { shapes: [[3, 4]], build: graph.selfProduct },
  "selfProduct, scaled": { shapes: [[3, 4]], build: (a) => graph.sumSquare(graph.div(graph.selfProduct(a), 3)) },
  weightedSum: {
    shapes: [image, [], []],
    build: (a, b, c) => graph.weightedSum([graph.sum(graph.mul(a, a)), graph.mul(b, b)], [c, graph.mul(c, 2)]),
    fixed: [2],
  },
  conv: { shapes: [image], build: (a) => graph.conv(a, kernel, bias) },
  "conv without bias": { shapes: [image], build: (a) => graph.conv(a, kernel) },
  "conv twice": {
    shapes: [image],
    build: (a) => graph.conv(graph.relu(graph.conv(a, kernel, bias)), constant(numbers(90, 9), [2, 5, 3, 3])),
  },
  "conv, even": { shapes: [image], build: (a) => graph.conv(a, kernel, bias, "zero", true) },
  "conv, even, twice": {
    shapes: [image],
    build: (a) =>
      graph.conv(graph.relu(graph.conv(a, kernel, bias, "zero", true)), constant(numbers(90, 9), [2, 5, 3, 3])),
  },
  "conv, circular": { shapes: [image], build: (a) => graph.conv(a, kernel, bias, "circular") },
  "conv, circular, twice": {
    shapes: [image],
    build: (a) => {
      const second = constant(numbers(90, 9), [2, 5, 3, 3]);
      return graph.conv(graph.relu(graph.conv(a, kernel, bias, "circular")), second, undefined, "circular");
    },
  },
  mixChannels: {
    shapes: [image],
    build: (a) => graph.mixChannels(graph.mul(a, a), constant(numbers(15, 5), [5, 3])),
  },
  "mixChannels with a bias": {
    shapes: [image],
    build: (a) => graph.mixChannels(graph.mul(a, a), constant(numbers(15, 5), [5, 3]), constant(numbers(5, 6), [5])),
  },
  differences: {
    shapes: [image],
    build: (a) => graph.differences(graph.mul(a, a), constant(numbers(6, 5), [2, 3])),
  },
  maxPool: { shapes: [image], build: graph.maxPool },
  "maxPool behind relu": { shapes: [image], build: (a) => graph.maxPool(graph.relu(a)) },
  averagePool: { shapes: [image], build: graph.averagePool },
  upsample: { shapes: [image], build: graph.upsample },
};
