/** A graph whose masks select computes what it computes by multiplying. */
import { expect, test } from "vitest";
import { run } from "../../graph/fixtures.case.ts";
import { add, float, grad, greater, input, maxPool, mul, ordered, relu, sum } from "../../graph/index.ts";
import { numbers } from "../../graph/problem.case.ts";
import { selecting } from "./masks.ts";

const image = input("image", [1, 2, 4, 6]);
const inputs = { image: { dims: [1, 2, 4, 6], data: numbers(48, 3) } };

test("masks of ReLUs and poolings select, and gradients are the same numbers", async () => {
  const features = relu(image);
  const [gradient] = grad(add(sum(maxPool(features)), sum(mul(features, 3))), [image]);
  const outputs = { gradient: gradient! };
  const operators = ordered(Object.values(selecting(outputs))).map(({ op }) => op);
  expect(operators.filter((op) => op === "Where")).toHaveLength(2);
  expect(operators).not.toContain("Cast");
  expect(await run(selecting(outputs), inputs)).toEqual(await run(outputs, inputs));
});

test("a mask of another shape, and one that is a number of its own, stay", () => {
  const mask = float(greater(sum(image), 0));
  const operators = ordered(Object.values(selecting({ masked: mul(mask, image), mask }))).map(({ op }) => op);
  expect(operators).not.toContain("Where");
});
