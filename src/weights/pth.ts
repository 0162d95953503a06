/**
 * Reads files of torch.save (`.pth`, `.pt`, `.bin`): the zip archive of PyTorch 1.6 and later, and the chain of pickles
 * before it, which torchvision's official files still are. Nothing is executed: the pickle may refer to tensors,
 * storages and OrderedDict only. Format: PyTorch, torch/serialization.py.
 */
import { decodeText, Reader } from "./bytes.ts";
import { decodeFloats, type FloatType, floatBytes } from "./floats.ts";
import { forbidden, type PickleGlobal, type PickleWorld, readPickle, Tuple } from "./pickle.ts";
import { badFile, type StoredTensor, type StoredTensors, showName, showShape, sizeOf } from "./stored-tensors.ts";
import { openZip, type ZipEntry } from "./zip.ts";

/** The magic number of the older format. */
const legacyMagic = 0x1950a86a20f9469cfc6cn;
const pickleLimit = 64 * 2 ** 20;

const storageTypes: Record<string, FloatType | number> = {
  DoubleStorage: "F64",
  FloatStorage: "F32",
  HalfStorage: "F16",
  BFloat16Storage: "BF16",
  LongStorage: 8,
  IntStorage: 4,
  ShortStorage: 2,
  CharStorage: 1,
  ByteStorage: 1,
  BoolStorage: 1,
};

/** A storage that the pickle refers to: a flat array of numbers elsewhere in the file, or a part of one. */
interface Storage {
  readonly type: string;
  readonly key: string;
  /** The number of values in the whole array. */
  readonly count: number;
  /** The first value of the referenced part. */
  readonly start: number;
  readonly length: number;
}

class TorchTensor {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: Storage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

/** The tensors of a state dict. Throws a `UserError` for anything but plain tensors in a dict. */
export function openPth(bytes: Uint8Array): StoredTensors {
  return bytes[0] === 0x50 ? openZipped(bytes) : openLegacy(bytes);
}

function openZipped(bytes: Uint8Array): StoredTensors {
  const entries = openZip(bytes);
  const indexes = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (indexes.length !== 1) throw badFile("it is a zip archive, but holds no data.pkl as torch.save writes it");
  const folder = indexes[0]!.slice(0, -"data.pkl".length);
  const index = entries.get(indexes[0]!)!;
  if (index.size > pickleLimit) throw badFile("its pickle is longer than 64 MiB; this is refused");
  const order = entries.get(`${folder}byteorder`);
  if (order !== undefined && (order.size > 16 || decodeText(order.read()) !== "little")) {
    throw badFile("it was written on a big-endian machine; save it again on another one");
  }
  const used = new Map<string, ZipEntry>();
  const { root } = readState(new Reader(index.read()), (storage) => {
    const entry = entries.get(`${folder}data/${storage.key}`);
    if (entry === undefined) throw badFile(`it lacks the data of storage ${showName(storage.key)}`);
    if (entry.size !== storage.count * storageBytes(storage.type)) {
      throw badFile(`its storage ${showName(storage.key)} is not as long as the index says`);
    }
    used.set(storage.key, entry);
  });
  return describe(root, (storage) => used.get(storage.key)!.read());
}

function openLegacy(bytes: Uint8Array): StoredTensors {
  const reader = new Reader(bytes);
  const plain: PickleWorld = {
    global: (module, name) => {
      throw forbidden(module, name);
    },
    persistent: () => {
      throw badFile("its header refers to storages; it is damaged");
    },
  };
  if (readPickle(reader, plain) !== legacyMagic) throw badFile("it is a Python pickle, but not one of torch.save");
  if (readPickle(reader, plain) !== 1001) throw badFile("it is of an unknown version of torch.save's older format");
  const system = readPickle(reader, plain);
  if (!(system instanceof Map) || system.get("little_endian") !== true) {
    throw badFile("it was written on a big-endian machine; save it again on another one");
  }
  const { root, storages } = readState(reader, () => {});
  const keys = readPickle(reader, plain);
  if (!Array.isArray(keys)) throw badFile("its list of storages is missing; it is damaged");
  const data = new Map<string, Uint8Array>();
  for (const key of keys) {
    const storage = storages.get(key);
    if (storage === undefined || data.has(key)) throw badFile("it lists a storage that it does not use, or one twice");
    if (reader.u64() !== storage.count) throw badFile(`its storage ${showName(key)} is not as long as the index says`);
    data.set(key, reader.take(storage.count * storageBytes(storage.type)));
  }
  return describe(root, (storage) => {
    const run = data.get(storage.key);
    if (run === undefined) throw badFile(`it lacks the data of storage ${showName(storage.key)}`);
    return run;
  });
}

/** Interprets the pickle of the state dict; `check` is called with every storage that it refers to. */
function readState(
  reader: Reader,
  check: (storage: Storage) => void,
): { root: unknown; storages: ReadonlyMap<unknown, Storage> } {
  const storages = new Map<unknown, Storage>();
  const persistent = (id: unknown): Storage => {
    const [kind, type, key, , count, view] = id instanceof Tuple ? id.items : [];
    if (kind !== "storage" || !isStorageType(type) || typeof key !== "string" || !isCount(count)) {
      throw badFile("it refers to a storage in an unknown way; it is damaged");
    }
    const known = storages.get(key);
    if (known !== undefined && (known.type !== type.name || known.count !== count)) {
      throw badFile(`it describes storage ${showName(key)} in two ways; it is damaged`);
    }
    const [, start, length] = view instanceof Tuple ? view.items : [null, 0, count];
    if (!isCount(start) || !isCount(length) || start + length > count) {
      throw badFile(`it uses a part of storage ${showName(key)} that does not exist; it is damaged`);
    }
    const storage: Storage = { type: type.name, key, count, start, length };
    if (known === undefined) {
      check(storage);
      storages.set(key, storage);
    }
    return storage;
  };
  return { root: readPickle(reader, { global: allowed, persistent }), storages };
}

/** The names that a state dict may refer to, and their values. */
function allowed(module: string, name: string): PickleGlobal {
  if ((module === "torch" || module === "torch.cuda") && Object.hasOwn(storageTypes, name)) return { name };
  const found = Object.hasOwn(functions, `${module}.${name}`) ? functions[`${module}.${name}`] : undefined;
  if (found === undefined) throw forbidden(module, name);
  return { name: `${module}.${name}`, call: found };
}

const functions: Record<string, (args: readonly unknown[]) => unknown> = {
  "collections.OrderedDict": orderedDict,
  "torch._utils._rebuild_tensor": rebuildTensor,
  "torch._utils._rebuild_tensor_v2": rebuildTensor,
  "torch._utils._rebuild_parameter": first,
  "torch.nn.parameter.Parameter": first,
  "torch.autograd.variable.Variable": first,
};

/** Empty, or made from a list of pairs, as Python 2 wrote it. */
function orderedDict([pairs = []]: readonly unknown[]): Map<unknown, unknown> {
  if (!Array.isArray(pairs)) throw badFile("its OrderedDict is not built from a list; it is damaged");
  return new Map(
    pairs.map((pair: unknown): [unknown, unknown] => {
      const [key, value, ...more] = pair instanceof Tuple ? pair.items : Array.isArray(pair) ? pair : [];
      if (value === undefined || more.length > 0) throw badFile("its OrderedDict is not built from pairs");
      return [key, value];
    }),
  );
}

/** The tensor of a parameter; `requires_grad` does not matter here. */
function first([tensor]: readonly unknown[]): TorchTensor {
  if (!(tensor instanceof TorchTensor)) throw badFile("it has a parameter without a tensor; it is damaged");
  return tensor;
}

function rebuildTensor([storage, offset, shape, strides]: readonly unknown[]): TorchTensor {
  const [extents, steps] = [shape, strides].map((x) => (x instanceof Tuple ? x.items : undefined));
  if (!isStorage(storage) || !isCount(offset) || !extents?.every(isCount) || !steps?.every(isCount)) {
    throw badFile("it builds a tensor from something other than storage, offset, size and stride; it is damaged");
  }
  if (extents.length !== steps.length || extents.length > 32) throw badFile("a tensor's sizes and strides differ");
  return new TorchTensor(storage, offset, extents as number[], steps as number[]);
}

/** The dict's tensors; the inner dict of a checkpoint with `state_dict` or `model`. */
function describe(root: unknown, run: (storage: Storage) => Uint8Array): StoredTensors {
  let dict = root;
  for (const key of ["state_dict", "model"]) {
    const inner = dict instanceof Map ? dict.get(key) : undefined;
    if (inner instanceof Map) dict = inner;
  }
  if (!(dict instanceof Map)) throw badFile("it holds no dict of tensors; save the network's state_dict()");
  const tensors = new Map<string, StoredTensor>();
  for (const [name, value] of dict) {
    if (typeof name !== "string" || !(value instanceof TorchTensor)) continue;
    const { storage, shape } = value;
    tensors.set(name, {
      type: storage.type,
      floats: typeof storageTypes[storage.type] === "string",
      shape,
      read: () => gather(name, value, run(storage)),
    });
  }
  return tensors;
}

/** The tensor's numbers in row-major order, whatever its strides. */
function gather(name: string, { storage, offset, shape, strides }: TorchTensor, run: Uint8Array): Float32Array {
  const type = storageTypes[storage.type]!;
  if (typeof type === "number") throw badFile(`"${showName(name)}" is of type ${storage.type}; expected floats`);
  const size = sizeOf(shape);
  const last = shape.reduce((at, extent, i) => at + (extent - 1) * strides[i]!, offset);
  if (size > 0 && (last >= storage.length || size > storage.length)) {
    throw badFile(`"${showName(name)}" (${showShape(shape)}) reaches outside its storage; it is damaged`);
  }
  const width = floatBytes[type];
  const begin = (storage.start + offset) * width;
  let dense = 1;
  const contiguous = shape.reduceRight((yes, extent, i) => {
    const fits = extent <= 1 || strides[i] === dense;
    dense *= extent;
    return yes && fits;
  }, true);
  if (contiguous || size === 0) return decodeFloats(run.subarray(begin, begin + size * width), type);

  const source = decodeFloats(run.subarray(begin, (storage.start + last + 1) * width), type);
  const result = new Float32Array(size);
  const place = shape.map(() => 0);
  let at = 0;
  for (let i = 0; i < size; i++) {
    result[i] = source[at]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]!;
      if (++place[axis]! < shape[axis]!) break;
      at -= shape[axis]! * strides[axis]!;
      place[axis] = 0;
    }
  }
  return result;
}

function storageBytes(type: string): number {
  const kind = storageTypes[type]!;
  return typeof kind === "number" ? kind : floatBytes[kind];
}

function isStorage(value: unknown): value is Storage {
  return typeof value === "object" && value !== null && "key" in value && "length" in value;
}

function isStorageType(value: unknown): value is PickleGlobal {
  return typeof value === "object" && value !== null && Object.hasOwn(storageTypes, (value as PickleGlobal).name ?? "");
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
