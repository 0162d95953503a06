/**
 * The one node type of the differentiable tensor language. A tensor is an immutable description of a computation: an
 * ONNX operator, its inputs and attributes, its shape, and its gradient rule. Nothing here is computed, and nothing
 * depends on images, networks or runtimes.
 */
import { type Shape, sameShape, shapeText } from "./shape.ts";

/** The types of a tensor's elements. */
export type ElementType = "float32" | "bool" | "int64" | "uint8" | "int8" | "int32";
/** The value of an operator's attribute. */
export type Attribute = number | string | readonly number[];
/** The values of a constant; the array type determines the element type. */
export type Data = Float32Array | BigInt64Array | Uint8Array | Int8Array | Int32Array;

/**
 * The gradient rule of a node: maps the gradient with respect to its output to those with respect to its inputs (or its
 * `sources`), in their order; undefined where none flows. It builds more graph.
 */
export type Pullback = (gradient: Tensor) => readonly (Tensor | undefined)[];

/**
 * What a node is in the passes of a network, where a rewriting replaces more than single nodes. The operator that emits
 * the node sets it, with the tensors that it was given.
 */
export type Role =
  /** `conv` with zero padding and a constant kernel, forward or backward. */
  | { readonly kind: "convolution"; readonly x: Tensor; readonly kernel: Tensor; readonly bias: Tensor | undefined }
  /** The gradient of `relu`: `gradient` where `output` is positive, 0 elsewhere. */
  | { readonly kind: "relu gradient"; readonly gradient: Tensor; readonly output: Tensor }
  /** The gradient of `maxPool`: `gradient` at the elements of `x` that equal the maximum of their block. */
  | { readonly kind: "max pool gradient"; readonly gradient: Tensor; readonly x: Tensor; readonly output: Tensor }
  /** The gradient of `averagePool`: a quarter of `gradient` at every element of a block. */
  | { readonly kind: "average pool gradient"; readonly gradient: Tensor }
  /** `crop`. */
  | { readonly kind: "crop"; readonly x: Tensor; readonly bounds: Bounds }
  /** The gradient of `crop`: `gradient` at the `bounds` of a tensor like `x`, 0 elsewhere. */
  | { readonly kind: "crop gradient"; readonly gradient: Tensor; readonly x: Tensor; readonly bounds: Bounds }
  /** `selfProduct`. */
  | { readonly kind: "self product"; readonly matrix: Tensor }
  /** The gradient of `selfProduct`: the product of the `symmetric` gradient and the `matrix`. */
  | { readonly kind: "self product gradient"; readonly symmetric: Tensor; readonly matrix: Tensor }
  /** `mixChannels`. */
  | {
      readonly kind: "channel mixture";
      readonly x: Tensor;
      readonly matrix: Tensor;
      readonly bias: Tensor | undefined;
    };

/** The role of that kind. */
export type RoleOf<Kind extends Role["kind"]> = Extract<Role, { readonly kind: Kind }>;

/** One computation: an operator applied to inputs, or an input or constant of the program. */
export interface Tensor {
  /** The ONNX operator's name (`com.microsoft.NAME` for ONNX Runtime's own), or `Input` or `Constant`. */
  readonly op: string;
  readonly inputs: readonly Tensor[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly shape: Shape;
  readonly type: ElementType;
  /** Of an `Input`: its name in the model. */
  readonly name?: string;
  /** Of an `Input`: a matrix that equals its transpose. */
  readonly symmetric?: boolean;
  /** Of a `Constant`: its values, row-major. */
  readonly data?: Data;
  /** Its gradient rule; without one, it is not differentiable. */
  readonly pullback?: Pullback;
  /**
   * The tensors that the pullback's gradients belong to, where several nodes share one gradient rule; default the
   * inputs.
   */
  readonly sources?: readonly Tensor[];
  /**
   * Which gradients of other shapes the pullback accepts: constant everywhere (a scalar), or along any axes (of size 1
   * there).
   */
  readonly accepts?: "scalar" | "any";
  readonly role?: Role | undefined;
}

interface NodeOptions {
  readonly shape: Shape;
  readonly type?: ElementType;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly pullback?: Pullback;
  readonly sources?: readonly Tensor[];
  readonly accepts?: "scalar" | "any";
  readonly role?: Role | undefined;
}

/** An operator applied to `inputs`. */
export function node(op: string, inputs: readonly Tensor[], options: NodeOptions): Tensor {
  return { op, inputs, attributes: {}, type: "float32", ...options };
}

/** `x`, just made, with a role. */
export function withRole(x: Tensor, role: Role): Tensor {
  return { ...x, role };
}

/** An area along two axes: its first places and those behind its last ones, int64 [2] each. */
export interface Bounds {
  readonly from: Tensor;
  readonly to: Tensor;
  /** The size of what it is an area of, where that is known otherwise than from the tensor. */
  readonly whole?: Tensor | undefined;
}

/** The role of `x` if it is of that kind. */
export function roleOf<Kind extends Role["kind"]>(x: Tensor, kind: Kind): RoleOf<Kind> | undefined {
  return x.role?.kind === kind ? (x.role as RoleOf<Kind>) : undefined;
}

/** A value that is given at run time. */
export function input(name: string, shape: Shape, type: ElementType = "float32"): Tensor {
  return { op: "Input", inputs: [], attributes: {}, shape, type, name };
}

/** A value that is part of the program. `data` is not copied. */
export function constant(data: Data, shape: readonly number[]): Tensor {
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (size !== data.length) throw new TypeError(`a constant of shape ${shapeText(shape)} with ${data.length} values`);
  return { op: "Constant", inputs: [], attributes: {}, shape, type: typeOf(data), data };
}

/**
 * A constant whose values are computed when they are read: a graph that is not loaded never needs them. They are kept as long as
 * somebody holds them, and then computed again.
 */
export function lateConstant(type: ElementType, shape: readonly number[], make: () => Data): Tensor {
  let last: WeakRef<Data> | undefined;
  return {
    ...{ op: "Constant", inputs: [], attributes: {}, shape, type },
    get data() {
      const data = last?.deref() ?? make();
      last = new WeakRef(data);
      return data;
    },
  };
}

function typeOf(data: Data): ElementType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof BigInt64Array) return "int64";
  if (data instanceof Int32Array) return "int32";
  return data instanceof Int8Array ? "int8" : "uint8";
}

/** A number as a tensor without axes. */
export function scalar(value: number): Tensor {
  return constant(Float32Array.of(value), []);
}

/** Integers (axes, shapes) as an int64 tensor. */
export function integers(...values: number[]): Tensor {
  return constant(BigInt64Array.from(values, BigInt), [values.length]);
}

/** Throws a TypeError unless `x` has exactly this shape. */
export function expectShape(subject: string, x: Tensor, shape: Shape): void {
  if (!sameShape(x.shape, shape)) {
    throw new TypeError(`${subject}: expected shape ${shapeText(shape)}, got ${shapeText(x.shape)}`);
  }
}
