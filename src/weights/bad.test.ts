/** Hostile or malformed weights files: each is rejected with one sentence that names the problem. */
import { strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { readWeights } from "./read.ts";
import { parseSafetensors, writeSafetensors } from "./safetensors.ts";
import { fixture, tiny } from "./tiny.case.ts";
import { crc32 } from "./zip.ts";

const join = (...parts: (string | readonly number[] | Uint8Array)[]) =>
  new Uint8Array(parts.flatMap((part) => [...(typeof part === "string" ? strToU8(part, true) : part)]));

function changed(name: string, change: (bytes: Uint8Array, view: DataView) => void): Uint8Array {
  const bytes = fixture(name);
  change(bytes, new DataView(bytes.buffer));
  return bytes;
}

/** The position of `text` in a file. */
function find(bytes: Uint8Array, text: string, from = 0): number {
  const at = Buffer.from(bytes).indexOf(text, from, "latin1");
  if (at < 0) throw new Error(`internal: no ${text}`);
  return at;
}

// Safetensors
function safetensors(header: unknown, data = 0, claimed?: bigint): Uint8Array {
  const text = strToU8(typeof header === "string" ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + data);
  new DataView(file.buffer).setBigUint64(0, claimed ?? BigInt(text.length), true);
  file.set(text, 8);
  return file;
}
const entry = (start: number, end: number, shape = [(end - start) / 4], dtype = "F32") => ({
  dtype,
  shape,
  data_offsets: [start, end],
});
function ours(change: (tensors: Map<string, { shape: number[]; data: Float32Array }>) => void): Uint8Array {
  const { tensors } = parseSafetensors(fixture("tiny-ours.safetensors"));
  change(tensors as never);
  return writeSafetensors(tensors);
}

// Pickles and zips
const proto = [0x80, 2];
const stop = ".";
const global = (module: string, name: string) => `c${module}\n${name}\n`;
const text = (value: string) => join([0x58, value.length, 0, 0, 0], value);
const storage = (key = "0", count = 4, type = "FloatStorage") =>
  join("(", text("storage"), global("torch", type), text(key), text("cpu"), [0x4b, count], "tQ");
const tensor = (shape: number[], strides: number[], from = storage(), offset = 0) =>
  join(
    global("torch._utils", "_rebuild_tensor_v2"),
    "(",
    from,
    [0x4b, offset],
    list(shape),
    list(strides),
    [0x89],
    "}tR",
  );
const list = (numbers: number[]) =>
  join("(", ...numbers.map((n) => [0x4a, n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >> 24) & 255]), "t");
const dict = (...items: Uint8Array[]) => join(proto, "}(", ...items, "u", stop);
const zipped = (
  pickle: Uint8Array,
  more: Record<string, Uint8Array> = { "a/data/0": new Uint8Array(16) },
  level: 0 | 9 = 0,
) => zipSync({ "a/data.pkl": pickle, ...more }, { level });
const pth = (...items: Uint8Array[]) => zipped(dict(...items));
const legacy = join(
  proto,
  [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19],
  stop,
  proto,
  [0x4d, 0xe9, 3],
  stop,
);
const system = join(proto, "}", text("little_endian"), [0x88], "s.");
const weight = (value: Uint8Array) => join(text("features.0.weight"), value, text("features.0.bias"), value);

/** A zip whose one entry declares wrong sizes. */
function lyingZip(patch: (view: DataView, directory: number, end: number) => void): Uint8Array {
  const file = zipped(dict(), { "a/data/0": new Uint8Array(100_000) }, 9);
  const view = new DataView(file.buffer);
  const end = file.length - 22;
  patch(view, view.getUint32(end + 16, true), end);
  return file;
}

const rows: Record<string, [bytes: () => Uint8Array, message: string]> = {
  "an empty file": [() => new Uint8Array(), "it is empty"],
  "one byte": [() => new Uint8Array([0x89]), "something else"],
  "a web page": [() => strToU8("<!DOCTYPE html><html>404</html>"), "a web page"],
  "a pointer of Git LFS": [() => strToU8("version https://git-lfs.github.com/spec/v1\n"), "git lfs pull"],
  "a gzip archive": [() => new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0]), "unpack it"],
  "a plain pickle": [() => join(proto, "}", stop), "not one of torch.save"],
  "an ONNX file": [() => join([8, 7, 0x12, 7], "pytorch", [0x1a, 3], "1.0"), "it is an .onnx model"],

  "a header of 2^63 bytes": [() => safetensors("{}", 0, 2n ** 63n), "damaged"],
  "a header of 2^64 - 1 bytes": [() => safetensors("{}", 0, 2n ** 64n - 1n), "damaged"],
  "a header beyond 100 MB": [() => safetensors("{}", 0, 100_000_001n), "at most 100000000"],
  "a header beyond the file": [() => safetensors("{}", 0, 3000n), "ends too early"],
  "a header that is no JSON": [() => safetensors("{,}"), "not JSON"],
  "a header that is no object": [() => safetensors("{}]", 0, 1n), "not JSON"],
  "a header that is no UTF-8": [() => join([4, 0, 0, 0, 0, 0, 0, 0], "{", [0xff, 0xfe], "}"), "not UTF-8"],
  "a name twice": [
    () =>
      safetensors(
        '{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        4,
      ),
    "the same name",
  ],
  "metadata that is no text": [() => safetensors({ __metadata__: { a: 1 } }), "is not text"],
  "an entry without a shape": [
    () => safetensors({ a: { dtype: "F32", data_offsets: [0, 0] } }),
    "lacks a dtype, a shape",
  ],
  "tensors that overlap": [() => safetensors({ a: entry(0, 8), b: entry(4, 12) }, 12), "overlaps"],
  "a gap between tensors": [() => safetensors({ a: entry(0, 4), b: entry(8, 12) }, 12), "leaves a gap"],
  "bytes after the last tensor": [() => safetensors({ a: entry(0, 4) }, 5), "belong to no tensor"],
  "offsets outside the file": [() => safetensors({ a: entry(0, 400) }, 4), "claims bytes 0 to 400"],
  "offsets that run backwards": [
    () => safetensors({ a: { dtype: "F32", shape: [1], data_offsets: [4, 0] } }, 4),
    "claims bytes 4 to 0",
  ],
  "a shape that does not fit its bytes": [() => safetensors({ a: entry(0, 4, [2]) }, 4), "claims 4 bytes"],
  "a shape beyond any memory": [() => safetensors({ a: entry(0, 4, [2 ** 40, 2 ** 40]) }, 4), "larger than any memory"],
  "a negative extent": [() => safetensors({ a: entry(0, 4, [-1]) }, 4), "lacks"],
  "an unknown type": [() => safetensors({ a: entry(0, 4, [1], "F31") }, 4), "unknown type F31"],
  "a type of the prototype": [() => safetensors({ a: entry(0, 4, [1], "constructor") }, 4), "unknown type"],
  "no tensors": [() => safetensors({}), "no tensors"],
  "another network's names": [
    () => safetensors({ "layer1.0.conv1.weight": entry(0, 4) }, 4),
    "but layer1.0.conv1.weight",
  ],
  "whole numbers for weights": [
    () => changed("tiny-ours.safetensors", (bytes) => bytes.set(strToU8('"I16"'), find(bytes, '"F16"'))),
    "has the type I16, expected 16, 32 or 64-bit floats",
  ],
  "a layer missing": [() => ours((t) => t.delete("conv1_2.bias")), "lacks conv1_2.bias; tiny has 3 convolutions"],
  "two layers missing": [() => ours((t) => ["conv1_2.bias", "conv2_1.bias"].map((key) => t.delete(key))), "and 1 more"],
  "a kernel transposed": [
    () => ours((t) => t.set("conv1_2.weight", { shape: [3, 2, 3, 3], data: new Float32Array(54) })),
    "conv1_2.weight is 3 x 2 x 3 x 3, expected 2 x 3 x 3 x 3",
  ],
  "a kernel flattened": [
    () => ours((t) => t.set("conv1_2.weight", { shape: [54], data: new Float32Array(54) })),
    "expected 2 x 3 x 3 x 3",
  ],
  "a read-out of other channels": [
    () => ours((t) => t.set("conv1_1.readout", { shape: [2, 3], data: new Float32Array(6) })),
    "conv1_1.readout is 2 x 3, expected ",
  ],
  "a mean of four channels": [
    () => ours((t) => t.set("mean", { shape: [4], data: new Float32Array(4) })),
    "mean is 4, expected 3",
  ],
  "a NaN": [() => ours((t) => t.get("conv1_2.weight")!.data.fill(Number.NaN, 7, 8)), "conv1_2.weight holds NaN"],
  "an infinity": [() => ours((t) => t.get("conv2_1.bias")!.data.fill(-1 / 0, 2, 3)), "conv2_1.bias holds -Infinity"],

  "os.system": [() => zipped(join(proto, global("os", "system"), text("id"), [0x85], "R.")), "refers to os.system"],
  "os.system in the older format": [
    () => join(legacy, system, proto, global("os", "system"), text("id"), [0x85], "R."),
    "refers to os.system",
  ],
  "os.system before the older format's data": [
    () => join(proto, [0x8a, 0], global("os", "system"), stop),
    "refers to os.system",
  ],
  "builtins.eval by the stack": [
    () => zipped(join([0x80, 4, 0x8c, 8], "builtins", [0x8c, 4], "eval", [0x93], ".")),
    "refers to builtins.eval",
  ],
  "a name of the prototype": [
    () => zipped(join(proto, global("torch", "constructor"), stop)),
    "refers to torch.constructor",
  ],
  "a name with control characters": [
    () => zipped(join(proto, global("o\u001b[31ms", "x"), stop)),
    "refers to o?[31ms.x",
  ],
  "a module's class": [
    () => zipped(join(proto, global("torchvision.models.vgg", "VGG"), stop)),
    "Save the network's state_dict()",
  ],
  "a call of a call": [
    () => zipped(join(proto, global("collections", "OrderedDict"), ")R)R.")),
    "calls something that is not a function",
  ],
  "a call without arguments": [
    () => zipped(join(proto, global("collections", "OrderedDict"), "}R.")),
    "without arguments",
  ],
  "a call of a storage's class": [
    () => zipped(join(proto, global("torch", "FloatStorage"), ")R.")),
    "calls something that is not a function",
  ],
  "a million steps": [() => zipped(join(proto, new Uint8Array(1_000_001).fill(0x4e), stop)), "more than 1000000 steps"],
  "a million steps by copying": [
    () => {
      const copy = join(global("collections", "OrderedDict"), "h\u0001", [0x85], "R0");
      const pairs = join(text("a"), text("b"), [0x86], "q\u0002", ...Array(2000).fill("h\u0002"));
      return zipped(join(proto, "](", pairs, "eq\u0001", ...Array(600).fill(copy), stop));
    },
    "more than 1000000 steps",
  ],
  "an opcode that is not needed": [() => zipped(join(proto, "I1\n.")), "opcode 0x49"],
  "an extension code": [() => zipped(join(proto, [0x82, 1], stop)), "opcode 0x82"],
  "uses protocol 0": [() => zipped(join([0x80, 0], "}.")), "protocol 0"],
  "an empty stack": [() => zipped(join(proto, "0.")), "empty stack"],
  "a forgotten memo": [() => zipped(join(proto, "h\u0005.")), "undefined memo entry"],
  "a mark that was never set": [() => zipped(join(proto, "t.")), "unbalanced mark"],
  "a number of 4 GB": [() => zipped(join(proto, [0x8b, 255, 255, 255, 255], stop)), "number of more than 64 bytes"],
  "a text of 4 GB": [() => zipped(join(proto, [0x58, 255, 255, 255, 255], stop)), "ends too early"],
  "a pickle without an end": [() => zipped(join(proto, "}")), "ends too early"],
  "no dict": [() => zipped(join(proto, "N.")), "no dict of tensors"],
  "a storage that is not there": [() => pth(weight(tensor([4], [1], storage("7")))), "lacks the data of storage 7"],
  "a storage of another length": [
    () => pth(weight(tensor([4], [1], storage("0", 5)))),
    "not as long as the index says",
  ],
  "a storage in two ways": [
    () => pth(weight(tensor([4], [1])), weight(tensor([4], [1], storage("0", 4, "IntStorage")))),
    "in two ways",
  ],
  "a tensor of no storage": [
    () => pth(weight(join(global("torch._utils", "_rebuild_tensor_v2"), "(NNNNtR"))),
    "other than storage, offset",
  ],
  "negative strides": [() => pth(weight(tensor([4], [-1]))), "other than storage, offset, size and stride"],
  "a parameter of nothing": [
    () => pth(weight(join(global("torch.nn.parameter", "Parameter"), "N", [0x85], "R"))),
    "without a tensor",
  ],
  "storages listed twice": [
    () =>
      join(
        legacy,
        system,
        dict(weight(tensor([4], [1]))),
        proto,
        "](",
        text("0"),
        text("0"),
        "e.",
        [4, 0, 0, 0, 0, 0, 0, 0],
        new Uint8Array(60),
      ),
    "one twice",
  ],
  "a big-endian machine": [() => join(legacy, proto, "}", text("little_endian"), [0x89], "s."), "big-endian"],
  "the older format of another version": [() => join(legacy.subarray(0, -3), [1, 0], stop), "unknown version"],
  "the older format cut in its numbers": [() => fixture("tiny-legacy.pth").subarray(0, -4), "ends too early"],
  "the older format cut in its index": [() => fixture("tiny-legacy.pth").subarray(0, 200), "ends too early"],

  "a zip that is cut": [() => fixture("tiny.pth").subarray(0, 2000), "no directory"],
  "a zip that is no torch file": [() => zipSync({ "config.json": strToU8("{}") }), "no data.pkl"],
  "a name that leaves the folder": [() => zipped(dict(), { "a/../../x": new Uint8Array(1) }), "leaves its folder"],
  "an absolute name": [() => zipped(dict(), { "/etc/x": new Uint8Array(1) }), "leaves its folder"],
  "a name with a drive": [() => zipped(dict(), { "C:x": new Uint8Array(1) }), "leaves its folder"],
  "10,001 entries": [() => lyingZip((view, _, end) => view.setUint16(end + 10, 10_001, true)), "at most 10000"],
  "a bomb 1000:1": [() => zipped(dict(), { "a/data/0": new Uint8Array(20_000_000) }, 9), "would grow"],
  "an entry that says it grows to 4 GB": [
    () => lyingZip((view, at) => view.setUint32(at + 24, 0xfffffff0, true)),
    "would grow",
  ],
  "64-bit sizes that lie": [() => lyingZip((view, at) => view.setUint32(at + 20, 0xffffffff, true)), "ends too early"],
  "an encrypted entry": [() => lyingZip((view, at) => view.setUint16(at + 8, 1, true)), "encrypted"],
  "an unknown packing": [
    () => lyingZip((view, at) => view.setUint16(at + 10, 14, true)),
    "unsupported compression method (14)",
  ],
  "a directory outside the file": [
    () => lyingZip((view, _, end) => view.setUint32(end + 16, 0xfffffff0, true)),
    "outside the file",
  ],
  "an entry at another place": [
    () => lyingZip((view, at) => view.setUint32(at + 42, 5, true)),
    "not where the directory says",
  ],
  "an entry used twice": [() => changed("tiny.pth", (bytes, view) => overlap(bytes, view)), "overlap"],
  "a number changed in a zip": [() => changed("tiny.pth", (bytes) => numbersOf(bytes).fill(1)), "checksum"],
  "an entry that is longer than it says": [
    () => {
      const pickle = join(proto, "}", new Uint8Array(500).fill(0x4e), stop);
      const file = zipped(pickle, {}, 9);
      const view = new DataView(file.buffer);
      view.setUint32(view.getUint32(file.length - 6, true) + 24, 100, true);
      return file;
    },
    "checksum",
  ],

  "an HDF5 file that is cut": [() => fixture("tiny-keras.h5").subarray(0, 6000), "HDF5 cannot read it"],
  "an HDF5 signature alone": [() => fixture("tiny-keras.h5").subarray(0, 8), "HDF5 cannot read it"],
  "an HDF5 file with a shape of 108 PiB": [
    () => fixture("bad-bomb.h5"),
    "block1_conv1.weight is 3 x 3 x 3 x 1125899906842624, expected 3 x 3 x 3 x 3",
  ],
  "an HDF5 file with its numbers elsewhere": [() => fixture("bad-external.h5"), "HDF5 cannot read it"],
  "an HDF5 link to another file": [() => fixture("bad-link.h5"), "is a link"],
  "an HDF5 file of doubles": [() => changed("tiny-keras.h5", (bytes) => doubles(bytes)), "block1_conv1.weight"],
};

/** Points the second directory record of a zip at the first one's data. */
function overlap(bytes: Uint8Array, view: DataView): void {
  const first = find(bytes, "PK\u0001\u0002");
  const second = find(bytes, "PK\u0001\u0002", first + 4);
  for (const field of [42, 20, 24, 16]) view.setUint32(second + field, view.getUint32(first + field, true), true);
}

/** The data of the first storage in tiny.pth: after the entry's header (30 bytes), name and padding. */
function numbersOf(bytes: Uint8Array): Uint8Array {
  const name = "tiny/data/0";
  const at = find(bytes, name);
  const start = at + name.length + bytes[at - 2]! + 256 * bytes[at - 1]!;
  return bytes.subarray(start, start + 8);
}

/** Makes every datatype message (class 1, version 1) of a file say eight bytes. */
function doubles(bytes: Uint8Array): void {
  const message = [0x11, 0x20, 0x1f, 0, 4, 0, 0, 0];
  for (let at = 0; at < bytes.length - 8; at++)
    if (message.every((byte, i) => bytes[at + i] === byte)) bytes[at + 4] = 8;
}

describe("bad weights", () => {
  test("there are enough of them", () => {
    expect(Object.keys(rows).length).toBeGreaterThanOrEqual(80);
  });

  test.each(Object.entries(rows))("%s", async (_, [bytes, message]) => {
    const error = await readWeights(bytes(), tiny, "some/file").then(
      () => undefined,
      (error) => error,
    );
    expect(error).toMatchObject({ name: "UserError", code: "model" });
    expect(error.message).toMatch(/^some\/file cannot be used as tiny's weights: .*[^.]\.$/);
    expect(error.message).toContain(message);
    expect(error.message.length).toBeLessThan(400);
  });

  test("the checksum is zip's", () => {
    expect(crc32(strToU8("123456789"))).toBe(0xcbf43926);
  });
});
