/**
 * The printed graph of a small step: documents what a job's program looks like and detects any change of the language.
 */
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
  const [style, target] = [gram.make("balanced"), [input("gram", [4, 4])]];
  const loss = style.score(style.measure(conv2_1!, target), target);
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
    %15 [1] = Shape(image) start=2 end=3
    %16 [1] = Cast(%15) to=float32
    %17 [] = Squeeze(%16)
    %18 [1] = Shape(image) start=3 end=4
    %19 [1] = Cast(%18) to=float32
    %20 [] = Squeeze(%19)
    %21 [] = Mul(%17, %20)
    %23 [] = Mul(%21, {0.25})
    %24 [4, 4] = Div(%14, %23)
    gram [4, 4]
    %26 [4, 4] = Sub(%24, gram)
    %28 [4] = ReduceSumSquare(%26, {1}) keepdims=0
    %30 [] = ReduceSum(%28, {0}) keepdims=0
    %32 [4] = ReduceSumSquare(gram, {1}) keepdims=0
    %34 [] = ReduceSum(%32, {0}) keepdims=0
    %35 [] = Div(%30, %34)
    rate []
    %38 [1, 4, H/2, W/2] = Max(%7, {1.0000000031710769e-30})
    %41 [1, 4, H, W] = Resize(%38, {}, {1, 1, 2, 2}) mode=nearest coordinate_transformation_mode=asymmetric nearest_mode=floor
    %42 [1, 4, H, W] = Equal(%6, %41)
    %43 [1, 4, H, W] = Cast(%42) to=float32
    %45 [1, 4, H/2, W/2] = Greater(%11, {0})
    %46 [1, 4, H/2, W/2] = Cast(%45) to=float32
    %48 [] = Div({2}, %23)
    %50 [] = Div({1}, %34)
    %51 [] = Mul(%48, %50)
    %52 [4, 4] = Mul(%51, %26)
    %53 [4, 4] = Transpose(%52) perm=1,0
    %54 [4, 4] = Add(%52, %53)
    %55 [4, H*W/4] = MatMul(%54, %13)
    %56 [4] = Shape(%11)
    %57 [1, 4, H/2, W/2] = Reshape(%55, %56)
    %58 [1, 4, H/2, W/2] = Mul(%46, %57)
    %60 [1, 4, H/2, W/2] = Conv(%58, weights[4, 4, 3, 3]) kernel_shape=3,3 pads=1,1,1,1 strides=1,1
    %63 [1, 4, H, W] = Resize(%60, {}, {1, 1, 2, 2}) mode=nearest coordinate_transformation_mode=asymmetric nearest_mode=floor
    %64 [1, 4, H, W] = Mul(%43, %63)
    %66 [1, 12, H/2, W/2] = Conv(%64, weights[12, 4, 4, 4]) kernel_shape=4,4 pads=1,1,1,1 strides=2,2
    %67 [1, 3, H, W] = DepthToSpace(%66) blocksize=2 mode=CRD
    %68 [1, 3, H, W] = Mul(rate, %67)
    %69 [1, 3, H, W] = Sub(image, %68)
    %72 [1, 3, H, W] = Clip(%69, {0}, {1})
    loss = %35
    next = %72"
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
