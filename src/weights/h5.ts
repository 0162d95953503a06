/**
 * Reads Keras weights files (HDF5) through h5wasm, which is loaded on demand. Finds each layer's kernel and bias by
 * shape, whatever their names. Types and shapes are described before values are read. The library has an in-memory file
 * system, so that no file can refer to anything outside of itself.
 */
import type * as H5 from "h5wasm";
import { badFile, type StoredTensor, type StoredTensors, showName } from "./stored-tensors.ts";

const depthLimit = 4;
const entryLimit = 1000;
/** Groups that may hold the layers: in a complete saved model, and in Keras 3's `.weights.h5`. */
const folders = ["model_weights", "layers"];

let serial = 0;
/** A crash inside WebAssembly (possible with a damaged file) corrupts the library's memory. */
let crashed = false;

/**
 * Opens the file, passes its layers' tensors to `use` as `<layer>.weight` (row, column, input, output channel) and
 * `<layer>.bias`, and closes it. If the first of `layers` is missing, the names `others` are used. Throws a `UserError`
 * for a damaged file or a layer with anything but those two tensors.
 */
export async function withH5<T>(
  bytes: Uint8Array,
  layers: readonly string[],
  others: readonly string[],
  use: (tensors: StoredTensors) => T,
): Promise<T> {
  const h5: typeof H5 = await import("h5wasm");
  const { FS, activate_throwing_error_handler: throwErrors } = await h5.ready;
  attempt(throwErrors); // instead of printing errors
  // A file has no business with the terminal or random devices.
  for (const device of FS.readdir("/dev")) if (!/^(\.|shm)/.test(device)) FS.unlink(`/dev/${device}`);
  const path = `/weights-${++serial}.h5`;
  let file: H5.File | undefined;
  try {
    FS.writeFile(path, bytes);
    file = attempt(() => new h5.File(path, "r"));
    if (file.file_id < 0n) throw badFile("it is damaged: HDF5 cannot open it");
    return use(describe(h5, file, layers, others));
  } finally {
    if (file !== undefined && !crashed) file.close();
    FS.unlink(path);
  }
}

function describe(h5: typeof H5, file: H5.File, layers: readonly string[], others: readonly string[]): StoredTensors {
  const homes = [file, ...folders.map((name) => member(file, name))].filter((entity) => entity instanceof h5.Group);
  const tensors = new Map<string, StoredTensor>();
  const find = (name: string) => homes.map((home) => member(home, name)).find(Boolean);
  const names = find(layers[0]!) || !find(others[0]!) ? layers : others;
  for (const [i, layer] of layers.entries()) {
    const group = find(names[i]!);
    if (!(group instanceof h5.Group)) continue;
    const found: H5.Dataset[] = [];
    collect(h5, group, found, { left: entryLimit }, depthLimit);
    const kernels = found.filter((data) => shapeOf(data).length > 1);
    const biases = found.filter((data) => shapeOf(data).length === 1);
    if (kernels.length !== 1 || biases.length !== 1) {
      throw badFile(`layer ${layer} holds ${found.length} tensors, expected one kernel and one bias`);
    }
    tensors.set(`${layer}.weight`, stored(`${layer}'s kernel`, kernels[0]!));
    tensors.set(`${layer}.bias`, stored(`${layer}'s bias`, biases[0]!));
  }
  return tensors;
}

/** A member of a group by name, or null. */
function member(group: H5.Group, name: string): H5.Entity | null {
  return attempt(() => (group.keys().includes(name) ? group.get(name) : null));
}

/** All data sets below a group; links out of the file are rejected. */
function collect(h5: typeof H5, group: H5.Group, found: H5.Dataset[], budget: { left: number }, depth: number): void {
  for (const name of attempt(() => group.keys())) {
    if (--budget.left < 0 || depth === 0) throw badFile("its groups are nested too deeply, or hold too much");
    const entity = attempt(() => group.get(name));
    if (entity instanceof h5.Group) collect(h5, entity, found, budget, depth - 1);
    else if (entity instanceof h5.Dataset) found.push(entity);
    else throw badFile(`"${showName(name)}" is a link; weights must be in the file itself`);
  }
}

function shapeOf(data: H5.Dataset): readonly number[] {
  return attempt(() => data.metadata).shape ?? [];
}

function stored(subject: string, data: H5.Dataset): StoredTensor {
  const metadata = attempt(() => data.metadata);
  const type = attempt(() => data.dtype);
  const shape = shapeOf(data);
  const floats = type === "<f" || type === "<f4";
  return {
    floats,
    type: typeof type === "string" ? type : "compound",
    shape,
    read() {
      if (!floats) throw badFile(`${subject} is of type ${showName(String(type))}; expected 32-bit floats`);
      if (metadata.virtual_sources?.length)
        throw badFile(`${subject} is stored in another file; it must be in this one`);
      if (metadata.chunks?.some((chunk, i) => chunk > shape[i]!))
        throw badFile(`${subject} is stored in absurd pieces`);
      const values = attempt(() => data.value);
      if (!(values instanceof Float32Array)) throw badFile(`${subject} cannot be read as floats; the file is damaged`);
      return values;
    },
  };
}

/** Translates h5wasm's various errors, some of them WebAssembly traps, into one `UserError`. */
function attempt<T>(action: () => T): T {
  if (crashed) throw badFile("the HDF5 library has crashed on a damaged file; start the program again");
  try {
    return action();
  } catch (cause) {
    crashed = cause instanceof Error && cause.name === "RuntimeError";
    const error = badFile("it is damaged: HDF5 cannot read it");
    error.cause = cause;
    throw error;
  }
}
