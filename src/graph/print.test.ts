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
    %15 [2] = Shape(%11) start=2
    %16 [2] = Cast(%15) to=float32
    %17 [] = ReduceProd(%16) keepdims=0
    %18 [4, 4] = Div(%14, %17)
    gram [4, 4]
    %20 [4, 4] = Sub(%18, gram)
    %22 [4] = ReduceSumSquare(%20, {1}) keepdims=0
    %24 [] = ReduceSum(%22, {0}) keepdims=0
    %26 [4] = ReduceSumSquare(gram, {1}) keepdims=0
    %28 [] = ReduceSum(%26, {0}) keepdims=0
    %29 [] = Div(%24, %28)
    rate []
    %32 [1, 4, H/2, W/2] = Max(%7, {1.0000000031710769e-30})
    %35 [1, 4, H, W] = Resize(%32, {}, {1, 1, 2, 2}) mode=nearest coordinate_transformation_mode=asymmetric nearest_mode=floor
    %36 [1, 4, H, W] = Equal(%6, %35)
    %37 [1, 4, H, W] = Cast(%36) to=float32
    %39 [1, 4, H/2, W/2] = Greater(%11, {0})
    %40 [1, 4, H/2, W/2] = Cast(%39) to=float32
    %42 [] = Div({2}, %17)
    %44 [] = Div({1}, %28)
    %45 [] = Mul(%42, %44)
    %46 [4, 4] = Mul(%45, %20)
    %47 [4, 4] = Transpose(%46) perm=1,0
    %48 [4, 4] = Add(%46, %47)
    %49 [4, H*W/4] = MatMul(%48, %13)
    %50 [4] = Shape(%11)
    %51 [1, 4, H/2, W/2] = Reshape(%49, %50)
    %52 [1, 4, H/2, W/2] = Mul(%40, %51)
    %54 [1, 4, H/2, W/2] = Conv(%52, weights[4, 4, 3, 3]) kernel_shape=3,3 pads=1,1,1,1 strides=1,1
    %57 [1, 4, H, W] = Resize(%54, {}, {1, 1, 2, 2}) mode=nearest coordinate_transformation_mode=asymmetric nearest_mode=floor
    %58 [1, 4, H, W] = Mul(%37, %57)
    %60 [1, 12, H/2, W/2] = Conv(%58, weights[12, 4, 4, 4]) kernel_shape=4,4 pads=1,1,1,1 strides=2,2
    %61 [1, 3, H, W] = DepthToSpace(%60) blocksize=2 mode=CRD
    %62 [1, 3, H, W] = Mul(rate, %61)
    %63 [1, 3, H, W] = Sub(image, %62)
    %66 [1, 3, H, W] = Clip(%63, {0}, {1})
    loss = %29
    next = %66"
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
