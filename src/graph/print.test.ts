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
    %30 [4] = ReduceSumSquare(gram, {1}) keepdims=0
    %32 [] = ReduceSum(%30, {0}) keepdims=0
    %34 [] = Div(%32, {16})
    %35 [] = Div(%28, %34)
    rate []
    %38 [1, 4, H, W] = Greater(%6, {0})
    %39 [1, 4, H, W] = Cast(%38) to=float32
    %42 [1, 4, H, W] = Resize(%7, {}, {1, 1, 2, 2}) mode=nearest coordinate_transformation_mode=asymmetric nearest_mode=floor
    %43 [1, 4, H, W] = Equal(%6, %42)
    %44 [1, 4, H, W] = Cast(%43) to=float32
    %46 [1, 4, H/2, W/2] = Greater(%11, {0})
    %47 [1, 4, H/2, W/2] = Cast(%46) to=float32
    %49 [] = Div({1}, %34)
    %50 [] = Div(%49, {16})
    %52 [4] = Expand(%50, {4})
    %54 [4, 1] = Reshape(%52, {4, 1})
    %56 [4, 1] = Mul(%54, {2})
    %57 [4, 4] = Mul(%56, %22)
    %58 [4, 4] = Div(%57, %19)
    %59 [4, 4] = Transpose(%58) perm=1,0
    %60 [4, 4] = Add(%58, %59)
    %61 [4, H*W/4] = MatMul(%60, %13)
    %62 [4] = Shape(%11)
    %63 [1, 4, H/2, W/2] = Reshape(%61, %62)
    %64 [1, 4, H/2, W/2] = Mul(%47, %63)
    %66 [1, 4, H/2, W/2] = Conv(%64, weights[4, 4, 3, 3]) kernel_shape=3,3 pads=1,1,1,1 strides=1,1
    %69 [1, 4, H, W] = Resize(%66, {}, {1, 1, 2, 2}) mode=nearest coordinate_transformation_mode=asymmetric nearest_mode=floor
    %70 [1, 4, H, W] = Mul(%44, %69)
    %71 [1, 4, H, W] = Mul(%39, %70)
    %73 [1, 12, H/2, W/2] = Conv(%71, weights[12, 4, 4, 4]) kernel_shape=4,4 pads=1,1,1,1 strides=2,2
    %74 [1, 3, H, W] = DepthToSpace(%73) blocksize=2 mode=CRD
    %75 [1, 3, H, W] = Mul(rate, %74)
    %76 [1, 3, H, W] = Sub(image, %75)
    %79 [1, 3, H, W] = Clip(%76, {0}, {1})
    loss = %35
    next = %79"
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
