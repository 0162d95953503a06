/** What all builds of ONNX Runtime share: sessions as programs, ONNX Runtime tensors as values. */
import type { InferenceSession, Tensor, TensorConstructor } from "onnxruntime-common";
import { UserError } from "../errors.ts";
import type { LoadOptions, Model, Program, Runtime, Value, Values } from "./runtime.ts";

/** The part of an ONNX Runtime package that is used. */
export interface Ort {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
}

export interface Flavour {
  readonly name: string;
  readonly description: string;
  readonly version?: string | undefined;
  readonly session: InferenceSession.SessionOptions;
  /** The runtime has device memory, in which `resident` outputs stay. */
  readonly device?: boolean;
  /** How to read a tensor in device memory, where ONNX Runtime's own `getData` does not work. */
  readonly download?: (tensor: Tensor) => Promise<Float32Array>;
  /** How to copy a tensor to device memory, for runtimes that have some. */
  readonly upload?: (tensor: Tensor) => Promise<Tensor>;
  /**
   * Outputs are allocated in the session's arena, which lives until the garbage collector has found all of them: where their
   * shapes are known, they are allocated outside. Programs can write outputs into given values.
   */
  readonly arena?: boolean;
  /** Calls must not overlap: each waits for the previous one. */
  readonly inTurn?: boolean;
}

/** Wraps every call into ONNX Runtime. */
type Call = <T>(work: () => Promise<T>) => Promise<T>;

/** Implements the runtime contract with one build of ONNX Runtime. */
export function ortRuntime(ort: Ort, flavour: Flavour): Runtime {
  const { name, description, version, session, download, upload } = flavour;
  const { device = false, arena = false, inTurn = false } = flavour;
  const turn = inTurn ? turns() : undefined;
  const call: Call = (work) => named(name, turn ? () => turn(work) : work);
  const value = (tensor: Tensor) => held(tensor, call, download);
  return {
    name,
    description,
    version,
    value: (data, dims) => value(new ort.Tensor("float32", data, dims)),
    ...(arena && {
      writable(data: Float32Array | Uint8Array, dims: readonly number[], bool = false) {
        if (data instanceof Float32Array) return value(new ort.Tensor("float32", data, dims));
        return value(bool ? new ort.Tensor("bool", data, dims) : new ort.Tensor("uint8", data, dims));
      },
    }),
    ...(upload && {
      async place(given: Value) {
        const placed = await call(() => upload((given as OrtValue).tensor)).finally(() => given.dispose());
        return value(placed);
      },
    }),
    async load({ bytes, externalData }: Model, { resident = [], shapeOf }: LoadOptions = {}): Promise<Program> {
      const location = Object.fromEntries(resident.map((output) => [output, "gpu-buffer" as const]));
      const options = { ...session, externalData, ...(device && { preferredOutputLocation: location }) };
      const empty = (dims: readonly number[]) =>
        new ort.Tensor("float32", new Float32Array(dims.reduce((product, dim) => product * dim, 1)), dims);
      const allocate: Allocate = (name, inputs) => {
        const dims = shapeOf?.(name, inputs);
        return dims ? empty(dims) : null;
      };
      return program(
        await call(() => ort.InferenceSession.create(bytes, options)),
        call,
        value,
        arena && shapeOf ? allocate : undefined,
      );
    },
  };
}

/** Allocates an output, or leaves that to ONNX Runtime. */
type Allocate = (name: string, inputs: Values) => Tensor | null;

function program(
  session: InferenceSession,
  call: Call,
  value: (tensor: Tensor) => OrtValue,
  allocate: Allocate | undefined,
): Program {
  // ONNX Runtime frees device memory through the session that allocated it, so tensors must be disposed of before the
  // session.
  const onDevice = new Set<OrtValue>();
  const output = (tensor: Tensor) => {
    const result = value(tensor);
    if (tensor.location === "cpu") return result;
    for (const old of onDevice) if (old.disposed) onDevice.delete(old);
    onDevice.add(result);
    return result;
  };
  return {
    async run(inputs, wanted = session.outputNames, into = {}) {
      const feeds: Record<string, Tensor> = {};
      for (const name of session.inputNames) {
        const given = inputs[name];
        if (!given) throw new TypeError(`internal: the input ${name} is missing`);
        feeds[name] = (given as OrtValue).tensor;
      }
      const place = (name: string) => (into[name] as OrtValue)?.tensor ?? allocate?.(name, inputs) ?? null;
      const outputs = await call(() =>
        session.run(feeds, Object.fromEntries(wanted.map((name) => [name, place(name)]))),
      );
      const made = Object.entries(outputs).filter(([name]) => !into[name]);
      return Object.fromEntries(made.map(([name, tensor]) => [name, output(tensor as Tensor)]));
    },
    dispose: () =>
      call(async () => {
        for (const left of onDevice) left.dispose();
        onDevice.clear();
        await session.release();
      }),
  };
}

interface OrtValue extends Value {
  readonly tensor: Tensor;
  readonly disposed: boolean;
}

function held(tensor: Tensor, call: Call, download: Flavour["download"]): OrtValue {
  // ONNX Runtime forbids a second read while the first is pending, so the first is shared.
  let reading: Promise<Float32Array> | undefined;
  let disposed = false;
  const fetch = async () => (download ? await download(tensor) : await tensor.getData()) as Float32Array;
  return {
    tensor,
    dims: tensor.dims,
    get disposed() {
      return disposed;
    },
    read() {
      reading ??= tensor.location === "cpu" ? Promise.resolve(tensor.data as Float32Array) : call(fetch);
      return reading;
    },
    dispose() {
      if (!disposed) tensor.dispose();
      disposed = true;
    },
  };
}

/** The option under which the only output of `unaryModel` stays in device memory. */
export const ON_DEVICE = { preferredOutputLocation: { y: "gpu-buffer" } } as const;

/** Serialises calls in their order. */
function turns(): Call {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}

/** Translates a failure for users: mostly out of memory, or a lost device. */
async function named<T>(runtime: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (/alloc|memory|bad_array_new_length/i.test(reason)) {
      throw new UserError(
        "resources",
        `The ${runtime} runtime ran out of memory. A smaller size needs less (a quarter at half the size).`,
        { cause: error },
      );
    }
    if (/device.*lost|lost.*device/i.test(reason)) {
      throw new UserError("resources", `The ${runtime} runtime lost its device. Try again, or with the runtime cpu.`, {
        cause: error,
      });
    }
    throw error;
  }
}

export type { Values };
