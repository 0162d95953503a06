/**
 * The contract of a runtime: it loads a model from bytes, runs it, and holds tensors where that is fastest. A runtime
 * does not know what a graph means.
 */

/** A tensor held by a runtime, in host or device memory: float32, except where a program passes bytes or booleans to another. */
export interface Value {
  readonly dims: readonly number[];
  /** Its numbers, row-major. On the CPU this may be the tensor's own memory: do not write to it. */
  read(): Promise<Float32Array>;
  /** Frees it. Reading it afterwards is an error. */
  dispose(): void;
}

/** Values by name. */
export type Values = Readonly<Record<string, Value>>;

/** A model that is ready to run. */
export interface Program {
  /**
   * Computes the outputs named in `wanted` (default all). Inputs stay valid; the caller disposes of the outputs. Outputs named in
   * `into`, which is of `writable` values, are written into those instead of being returned.
   */
  run(inputs: Values, wanted?: readonly string[], into?: Values): Promise<Record<string, Value>>;
  dispose(): Promise<void>;
}

/** A model in ONNX's format: its bytes, and the values of large constants, to which they refer by `path`. */
export interface Model {
  readonly bytes: Uint8Array;
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array }[];
}

/** How a model is loaded. */
export interface LoadOptions {
  /** Outputs that are fed back as inputs: a runtime with device memory keeps them there while the program lives. */
  readonly resident?: readonly string[];
  /**
   * The shape of an output for these inputs, undefined where it is unknown. A runtime whose outputs would keep all of a program's memory occupied, even
   * after the program is disposed of, then allocates them outside of it.
   */
  readonly shapeOf?: ((output: string, inputs: Values) => readonly number[] | undefined) | undefined;
}

/** Executes models. Its errors are `UserError`s with the code `resources` where memory ran out or a device was lost. */
export interface Runtime {
  /** Its name for users: `cpu`, `webgpu`, `wasm`. */
  readonly name: string;
  /** One line for users: device, threads, version. */
  readonly description: string;
  /** The build, where known, as a key for results that are cached between runs. */
  readonly version?: string | undefined;
  load(model: Model, options?: LoadOptions): Promise<Program>;
  /** `data` as a tensor of this runtime. `data` must not change afterwards. */
  value(data: Float32Array, dims: readonly number[]): Value;
  /**
   * A value in the memory of `data`, which programs may write an output into; bytes are booleans if `bool`. Only runtimes in host
   * memory have such values.
   */
  writable?: ((data: Float32Array | Uint8Array, dims: readonly number[], bool?: boolean) => Value) | undefined;
  /**
   * `value` in device memory, for inputs that many runs read: others are uploaded for each run. It owns what it is given,
   * and resolves to a value that outlives all programs. Runtimes without device memory leave it out.
   */
  place?(value: Value): Promise<Value>;
}

/** A runtime that can be opened; a platform lists them, fastest first. */
export interface RuntimeChoice {
  readonly name: string;
  /** One sentence for lists. */
  readonly summary: string;
  /** Whether it works here: runs a small model, or gives the reason why not. */
  probe(): Promise<{ ok: true } | { ok: false; reason: string }>;
  open(options?: RuntimeOptions): Promise<Runtime>;
}

/** How a runtime is opened. */
export interface RuntimeOptions {
  /** CPU threads; by default one per core that the process may use, within a container's quota. */
  readonly threads?: number | undefined;
}
