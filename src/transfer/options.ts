/** Checks the options of a job, for callers without types. */
import { type Known, refuseUnknown, shown, UserError } from "../errors.ts";
import { isRecord } from "../records.ts";
import type { Runtime } from "../runtimes/runtime.ts";

/** What an option must be: in words, and as a test. */
export interface Kind {
  readonly expected: string;
  fits(value: unknown): boolean;
  /** It cannot be left out. */
  readonly needed?: boolean;
}

const func: Kind = { expected: "a function", fits: (x) => typeof x === "function" };
const positive: Kind = { expected: "a number above 0", fits: (x) => typeof x === "number" && x > 0 };
const boolean: Kind = { expected: "true or false", fits: (x) => typeof x === "boolean" };
const anything: Kind = { expected: "anything", fits: () => true };

/** Of every job. */
export const jobOptions = {
  signal: { expected: "an AbortSignal", fits: (x) => isRecord(x) && "aborted" in x },
  wantsImage: func,
  wantsCheckpoint: func,
  trial: positive,
  history: { expected: "what checkpointHistory returns", fits: (x) => isRecord(x) && typeof x.add === "function" },
  keepPictures: boolean,
  previewEvery: { expected: "milliseconds, 0 or more", fits: (x) => typeof x === "number" && x >= 0 },
  previewSize: {
    expected: "a whole number of pixels from 16",
    fits: (x) => Number.isInteger(x) && (x as number) >= 16,
  },
  checkpointEvery: { expected: "milliseconds, 0 or more", fits: (x) => typeof x === "number" && x >= 0 },
} satisfies Record<string, Kind>;

/** Of a stylizer whose platform is the caller's. */
export const stylizerOptions = {
  runtime: { expected: "a runtime (name, description, load, value)", fits: isRuntime, needed: true },
  loadNetwork: { ...func, needed: true },
  gains: func,
  memory: func,
  sources: {
    expected: "a reader of files (isSource, read, checkpoint, weights)",
    fits: (x) => isRecord(x) && "isSource" in x,
  },
  peakSoFar: func,
} satisfies Record<string, Kind>;

/** Of what jobs run on. */
export const machineOptions = {
  runtime: runtimeLike("cpu"),
  threads: {
    expected: "a whole number from 1 to 256",
    fits: (x) => Number.isInteger(x) && (x as number) >= 1 && (x as number) <= 256,
  },
  memory: { expected: "a number of bytes above 0, as in 2e9", fits: positive.fits },
  onNote: func,
  eightBits: boolean,
} satisfies Record<string, Kind>;

/** Of what they run on in browsers, besides. */
export const webOptions = {
  ...machineOptions,
  runtime: runtimeLike("wasm"),
  weights: anything,
  onProgress: func,
  wasmPaths: anything,
} satisfies Record<string, Kind>;

/** Throws a `usage` error of one sentence for options that there are not, or that cannot be meant. */
export function checkOptions(given: unknown, kinds: Readonly<Record<string, Kind>>): void {
  if (!isRecord(given)) throw new UserError("usage", `The options: expected an object, got ${shown(given)}.`);
  const known: Known = kinds;
  refuseUnknown("The options", given, known);
  for (const [name, { expected, fits, needed }] of Object.entries(kinds)) {
    const value = given[name];
    if (value === undefined ? needed : !fits(value))
      throw new UserError("usage", `${name}: expected ${expected}, got ${shown(value)}.`);
  }
}

/** The runtime if an open one was given instead of a name. A `usage` error for options about how to open it. */
export function givenRuntime({ runtime, threads }: { readonly runtime?: unknown; readonly threads?: unknown }) {
  if (!isRuntime(runtime)) return undefined;
  if (threads !== undefined)
    throw new UserError("usage", `threads: the runtime ${runtime.name} is open; leave it out.`);
  return runtime;
}

function runtimeLike(name: string): Kind {
  return {
    expected: `the name of a runtime, as in ${name}, or a runtime (name, description, load, value)`,
    fits: (x) => typeof x === "string" || isRuntime(x),
  };
}

function isRuntime(value: unknown): value is Runtime {
  if (!isRecord(value)) return false;
  const { name, description, load, value: hold } = value;
  const isNamed = typeof name === "string" && typeof description === "string";
  return isNamed && typeof load === "function" && typeof hold === "function";
}
