/** A whole small step as text: what the program of a job looks like, and a net under every change of the language. */
import { expect, test } from "vitest";
import { gram } from "../losses/index.ts";
import { toyWeights } from "../models/backbone.case.ts";
import { features } from "../models/features.ts";
import { grad } from "./grad.ts";
import { add, clip, mul, print, sub, symbol } from "./index.ts";
import { input } from "./tensor.ts";

test("one layer, its style and one step downhill, forward and back", () => {
  const one = { name: "one", summary: "", blocks: [[4], [4]] };
  const image = input("image", [1, 3, symbol("H"), symbol("W")]);
  const { conv2_1 } = features(one, toyWeights(one), image, ["conv2_1"], "max");
  const loss = gram.make("balanced").compare(conv2_1!, [input("gram", [4, 4]), input("size", [])]);
  const [gradient] = grad(loss, [image]);
  const next = clip(sub(image, mul(input("rate", []), gradient!)), 0, 1);
  expect(print({ loss, next })).toMatchInlineSnapshot(`
    "image [1, 3, H, W]
    %2 [1, 3, H, W] = Sub(image, {0.48500001430511475, 0.4560000002384186, 0.4059999883174896})
    %5 [1, 4, H, W] = Conv(%2, weights[4, 3, 3, 3], {-0.06384117901325226, 0.06819464266300201, 0.00037426280323415995, 0.028809547424316406}) kernel_shape=3,3 pads=1,1,1,1 strides=1,1
    %6 [1, 4, H, W] = Relu(%5)
    %7 [1, 4, H/2, W/2] = MaxPool(%6) kernel_shape=2,2 strides=2,2
    %10 [1, 4, H/2, W/2] = Conv(%7, weights[4, 4, 3, 3], {-0.07883574813604355, -0.016586916521191597, -0.028689883649349213, 0.03024178370833397}) kernel_shape=3,3 pads=1,1,1,1 strides=1,1
    %11 [1, 4, H/2, W/2] = Relu(%10)
    %13 [4, H*W/4] = Reshape(%11, {4, -1})
    %14 [4, 4] = Gemm(%13, %13) transB=1
    %15 [4] = Shape(%11)
    %16 [4] = Cast(%15) to=float32
    %17 [] = ReduceProd(%16) keepdims=0
    %19 [] = Div(%17, {4})
    %20 [4, 4] = Div(%14, %19)
    gram [4, 4]
    %22 [4, 4] = Sub(%20, gram)
    %24 [4] = ReduceSumSquare(%22, {1}) keepdims=0
    %26 [] = ReduceSum(%24, {0}) keepdims=0
    %28 [] = Div(%26, {16})
    size []
    %30 [] = Div(%28, size)
    rate []
    %33 [] = Div({1}, size)
    %34 [] = Div(%33, {16})
    %36 [4] = Expand(%34, {4})
    %38 [4, 1] = Reshape(%36, {4, 1})
    %40 [4, 1] = Mul(%38, {2})
    %41 [4, 4] = Mul(%40, %22)
    %42 [4, 4] = Div(%41, %19)
    %43 [4, 4] = Transpose(%42) perm=1,0
    %44 [4, 4] = Add(%42, %43)
    %45 [4, H*W/4] = MatMul(%44, %13)
    %46 [4] = Shape(%11)
    %47 [1, 4, H/2, W/2] = Reshape(%45, %46)
    %49 [1, 4, H/2, W/2] = Greater(%11, {0})
    %50 [1, 4, H/2, W/2] = Cast(%49) to=float32
    %51 [1, 4, H/2, W/2] = Mul(%47, %50)
    %53 [1, 4, H/2, W/2] = Conv(%51, weights[4, 4, 3, 3]) kernel_shape=3,3 pads=1,1,1,1 strides=1,1
    %56 [1, 4, H, W] = Resize(%53, {}, {1, 1, 2, 2}) mode=nearest coordinate_transformation_mode=asymmetric nearest_mode=floor
    %59 [1, 4, H, W] = Resize(%7, {}, {1, 1, 2, 2}) mode=nearest coordinate_transformation_mode=asymmetric nearest_mode=floor
    %60 [1, 4, H, W] = Equal(%6, %59)
    %61 [1, 4, H, W] = Cast(%60) to=float32
    %62 [1, 4, H, W] = Mul(%56, %61)
    %64 [1, 4, H, W] = Greater(%6, {0})
    %65 [1, 4, H, W] = Cast(%64) to=float32
    %66 [1, 4, H, W] = Mul(%62, %65)
    %68 [1, 3, H, W] = Conv(%66, weights[3, 4, 3, 3]) kernel_shape=3,3 pads=1,1,1,1 strides=1,1
    %69 [1, 3, H, W] = Mul(rate, %68)
    %70 [1, 3, H, W] = Sub(image, %69)
    %73 [1, 3, H, W] = Clip(%70, {0}, {1})
    loss = %30
    next = %73"
  `);
});

test("a tensor that is used twice is one line, and outputs are named at the end", () => {
  const x = input("x", [2, symbol("W")]);
  const y = add(x, 1);
  expect(print({ y, z: mul(y, y) })).toMatchInlineSnapshot(`
    "x [2, W]
    %2 [2, W] = Add(x, {1})
    %3 [2, W] = Mul(%2, %2)
    y = %2
    z = %3"
  `);
});
