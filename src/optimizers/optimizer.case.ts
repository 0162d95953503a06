/** Runs optimisers on small losses, for this folder's tests. */
import { add, grad, input, mul, pow, slice, sqrt, sub, sum, sumSquare, type Tensor } from "../graph/index.ts";
import { encode } from "../onnx/model.ts";
import { cpu } from "../runtimes/node-cpu.ts";
import type { Program, Runtime, Value } from "../runtimes/runtime.ts";
import { freshState, imageValue, scalarValue } from "../transfer/step/program.ts";
import { IMAGE } from "../transfer/step/step.ts";
import type { Optimizer } from "./optimizer.ts";

export const SIZE = { width: 16, height: 16 };
const COUNT = 3 * SIZE.width * SIZE.height;

/** Deterministic numbers in [low, high). */
export function numbers(low: number, high: number, seed: number, count = COUNT): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    const x = Math.imul(i + 1 + seed * 7919, 0x9e3779b1);
    return low + ((high - low) * (Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) >>> 8)) / 2 ** 24;
  });
}

const goal = input("goal", IMAGE);
const curvature = input("curvature", IMAGE);
/** Every pixel has its own goal and a curvature from 1 to 100. */
const given = { goal: numbers(0.2, 0.8, 1), curvature: numbers(1, 100, 2) };

/** Losses of an image of `SIZE`; their minimum is 0. */
export const problems: Record<string, (image: Tensor) => Tensor> = {
  bowl: (x) => sumSquare(sub(x, goal)),
  "a narrow bowl": (x) => sum(mul(curvature, pow(sub(x, goal), 2))),
  // Rosenbrock's valley, red against green at every pixel, with the minimum moved to (0.5, 0.5).
  "Rosenbrock's valley": (x) => {
    const [red, green] = [slice(x, 1, 0, -2), slice(x, 1, 1, -1)];
    return add(sumSquare(sub(0.5, red)), mul(100, sumSquare(sub(green, mul(2, mul(red, red))))));
  },
};

/** A bowl that is NaN where a pixel is above 0.9. */
export function cliff(x: Tensor): Tensor {
  return sub(sumSquare(sub(x, goal)), mul(1e-3, sum(sqrt(sub(0.9, x)))));
}

/** An image of one constant value. */
export function flat(value: number) {
  return { ...SIZE, data: new Float32Array(COUNT).fill(value) };
}

/** Everything that a resumed run needs: the next image and the state, as plain numbers. */
export type Checkpoint = Record<string, { readonly data: Float32Array; readonly dims: readonly number[] }>;

export interface Descent {
  /** Runs one step; resolves to the loss of the image that went in. */
  step(): Promise<number>;
  /** Runs `count` steps; resolves to their losses. */
  steps(count: number): Promise<number[]>;
  /** Reads an output of the last step. */
  read(output: string): Promise<Float32Array>;
  /** The inputs of the next step that the optimiser made. */
  checkpoint(): Promise<Checkpoint>;
  /** The state as runtime values. */
  state(): Record<string, Value>;
  dispose(): Promise<void>;
}

export interface DescentOptions {
  readonly optimizer: Optimizer;
  readonly parameters: Readonly<Record<string, number>>;
  readonly loss: (image: Tensor) => Tensor;
  readonly start?: { width: number; height: number; data: Float32Array };
  readonly from?: Checkpoint;
  readonly state?: Readonly<Record<string, Value>>;
}

export const openRuntime = (): Promise<Runtime> => cpu.open({ threads: 1 });

/** A new program with `optimizer` on `loss`, from zero state or from a checkpoint. */
export async function descend(runtime: Runtime, options: DescentOptions): Promise<Descent> {
  const {
    optimizer,
    parameters,
    loss: score,
    start = flat(0.5),
    from,
    state = freshState(runtime, optimizer, start),
  } = options;
  const image = input("image", IMAGE);
  const loss = score(image);
  const update = optimizer.update({
    image,
    loss,
    gradient: grad(loss, [image])[0]!,
    state: Object.fromEntries(
      Object.entries(optimizer.state).map(([k, spec]) => [k, input(`state ${k}`, spec.shape(IMAGE))]),
    ),
    parameters: Object.fromEntries(Object.keys(parameters).map((name) => [name, input(`parameter ${name}`, [])])),
  });
  const next = Object.fromEntries(Object.entries(update.state).map(([name, part]) => [`next ${name}`, part]));
  const program: Program = await runtime.load(
    encode({ "next image": update.image, shown: update.shown, loss, ...next }),
  );
  const fixed = Object.fromEntries([
    ...Object.entries(parameters).map(([name, x]) => [`parameter ${name}`, scalarValue(runtime, x)] as const),
    ...Object.entries(given).map(([name, data]) => [name, imageValue(runtime, { ...SIZE, data })] as const),
  ]);
  const states = Object.keys(optimizer.state);
  let held: Record<string, Value> = from
    ? Object.fromEntries(Object.entries(from).map(([name, { data, dims }]) => [name, runtime.value(data, dims)]))
    : {
        image: imageValue(runtime, start),
        ...Object.fromEntries(states.map((name) => [`state ${name}`, state[name]!])),
      };
  let last: Record<string, Value> = {};
  const step = async () => {
    last = await program.run({ ...held, ...fixed });
    held = { image: last["next image"]! };
    for (const name of states) held[`state ${name}`] = last[`next ${name}`]!;
    return (await last.loss!.read())[0]!;
  };
  return {
    step,
    async steps(count) {
      const losses: number[] = [];
      for (let i = 0; i < count; i++) losses.push(await step());
      return losses;
    },
    read: async (output) => (await last[output]!.read()).slice(),
    async checkpoint() {
      const entries = Object.entries(held).map(async ([name, value]) => {
        return [name, { data: (await value.read()).slice(), dims: value.dims }] as const;
      });
      return Object.fromEntries(await Promise.all(entries));
    },
    state: () => Object.fromEntries(states.map((name) => [name, held[`state ${name}`]!])),
    dispose: () => program.dispose(),
  };
}
