/**
 * What a runtime is: it takes the bytes of a model and runs it, and it holds tensors where it likes best. The contract
 * knows nothing of what a graph means.
 */

/** A tensor of 32-bit floats that a runtime holds: in host memory or on a device. */
export interface Value {
  readonly dims: readonly number[];
  /** Its numbers, row-major. On the CPU this may be the memory itself: do not write to it. */
  read(): Promise<Float32Array>;
  /** Frees it. Reading it afterwards is an error. */
  dispose(): void;
}

export type Values = Readonly<Record<string, Value>>;

/** A model that is ready to run. */
export interface Program {
  /** Computes the outputs called `wanted` (default: all). Inputs stay valid; the outputs are the caller's to dispose. */
  run(inputs: Values, wanted?: readonly string[]): Promise<Record<string, Value>>;
  dispose(): Promise<void>;
}

export interface LoadOptions {
  /** Outputs that go back in as inputs: a runtime with its own memory keeps them there, as long as the program lives. */
  readonly resident?: readonly string[];
}

export interface Runtime {
  /** As users say it: `cpu`, `webgpu`, `wasm`. */
  readonly name: string;
  /** One line for people: device, threads, version. */
  readonly description: string;
  /** Which build of it this is, where that is known: for what is remembered from one run to the next. */
  readonly version?: string | undefined;
  load(model: Uint8Array, options?: LoadOptions): Promise<Program>;
  /** `data` as a tensor of this runtime. `data` must not change afterwards. */
  value(data: Float32Array, dims: readonly number[]): Value;
}

/** How to get a runtime; what a platform lists, the fastest first. */
export interface RuntimeChoice {
  readonly name: string;
  /** One sentence for lists. */
  readonly summary: string;
  /** Whether it really works here: a small model was run, or the reason why not. */
  probe(): Promise<{ ok: true } | { ok: false; reason: string }>;
  open(options?: RuntimeOptions): Promise<Runtime>;
}

export interface RuntimeOptions {
  /** CPU threads; by default one for each core that the process may use: a container's quota counts. */
  readonly threads?: number;
}
