/**
 * Reads a zip archive's directory and checks it before anything is unpacked: declared sizes, positions and names. Never
 * unpacks more than was declared. Format: PKWARE APPNOTE 6.3.
 */
import { inflateSync } from "fflate";
import { decodeText, Reader } from "./bytes.ts";
import { badFile, showName } from "./stored-tensors.ts";

const entryLimit = 10_000;
/** The largest compression ratio, plus one MiB: weights hardly compress, only their index does. */
const growthLimit = 8;

/** One file in an archive. */
export interface ZipEntry {
  readonly name: string;
  /** Its uncompressed length in bytes, as declared. */
  readonly size: number;
  /** Its bytes (a view of the archive if it is stored uncompressed); throws a `UserError` if the checksum differs. */
  read(): Uint8Array;
}

/** The archive's entries by name. Throws a `UserError` for anything hostile, damaged, encrypted or unusually packed. */
export function openZip(bytes: Uint8Array): ReadonlyMap<string, ZipEntry> {
  const { count, offset, end } = findDirectory(bytes);
  if (count > entryLimit) throw badFile(`the archive claims ${count} entries; at most ${entryLimit} are allowed`);
  const reader = new Reader(bytes.subarray(0, end), offset);
  const entries = new Map<string, ZipEntry>();
  const spans: [start: number, end: number][] = [];
  for (let i = 0; i < count; i++) {
    const entry = readEntry(bytes, reader, offset);
    if (entries.has(entry.name)) throw badFile(`the archive holds "${showName(entry.name)}" twice`);
    entries.set(entry.name, entry);
    spans.push(entry.span);
  }
  spans.sort((a, b) => a[0] - b[0]);
  for (let i = 1; i < spans.length; i++) {
    if (spans[i]![0] < spans[i - 1]![1]) throw badFile("two entries of the archive overlap");
  }
  return entries;
}

/** The central directory's position, from the record at the archive's end or its 64-bit form. */
function findDirectory(bytes: Uint8Array): { count: number; offset: number; end: number } {
  const first = Math.max(0, bytes.length - 22 - 0xffff);
  let at = bytes.length - 22;
  while (at >= first && new Reader(bytes, at).u32() !== 0x06054b50) at--;
  if (at < first) throw badFile("the archive has no directory; it is cut off or damaged");
  const reader = new Reader(bytes, at + 10);
  let [count, size, offset, end] = [reader.u16(), reader.u32(), reader.u32(), at];
  if (at >= 20 && new Reader(bytes, at - 20).u32() === 0x07064b50) {
    const record = new Reader(bytes, new Reader(bytes, at - 12).u64());
    if (record.u32() !== 0x06064b50) throw badFile("the archive's 64-bit directory is not where it says");
    end = record.at - 4;
    record.take(28);
    [count, size, offset] = [record.u64(), record.u64(), record.u64()];
  }
  if (offset + size > end) throw badFile("the archive's directory lies outside the file");
  return { count, offset, end };
}

/** One record of the central directory, checked against the local header. */
function readEntry(bytes: Uint8Array, reader: Reader, directory: number): ZipEntry & { span: [number, number] } {
  if (reader.u32() !== 0x02014b50) throw badFile("the archive's directory is damaged");
  reader.take(4);
  const flags = reader.u16();
  const method = reader.u16();
  reader.take(4);
  const checksum = reader.u32();
  let [packed, size] = [reader.u32(), reader.u32()];
  const [nameLength, extraLength, commentLength] = [reader.u16(), reader.u16(), reader.u16()];
  reader.take(8);
  let start = reader.u32();
  const name = decodeText(reader.take(nameLength));
  const extra = new Reader(reader.take(extraLength));
  reader.take(commentLength);
  while (extra.at + 4 <= extra.bytes.length) {
    const [id, field] = [extra.u16(), new Reader(extra.take(extra.u16()))];
    if (id !== 1) continue;
    if (size === 0xffffffff) size = field.u64();
    if (packed === 0xffffffff) packed = field.u64();
    if (start === 0xffffffff) start = field.u64();
  }

  const subject = `the archive's entry "${showName(name)}"`;
  if (name === "" || /^[/\\]|[\0\\]|^[A-Za-z]:|(^|\/)\.\.(\/|$)/.test(name))
    throw badFile(`${subject} leaves its folder`);
  if (flags & 1) throw badFile(`${subject} is encrypted`);
  if (method !== 0 && method !== 8) throw badFile(`${subject} uses the unsupported compression method (${method})`);
  if (method === 0 && packed !== size) throw badFile(`${subject} gives two different lengths`);
  if (size > growthLimit * packed + 2 ** 20) {
    throw badFile(`${subject} would grow from ${packed} to ${size} bytes when unpacked; this is refused`);
  }
  const local = new Reader(bytes.subarray(0, directory), start);
  if (local.u32() !== 0x04034b50) throw badFile(`${subject} is not where the directory says`);
  local.take(22);
  const [localName, localExtra] = [local.u16(), local.u16()];
  local.take(localName + localExtra);
  const data = local.take(packed);
  const span: [number, number] = [start, local.at];
  return {
    name,
    size,
    span,
    read() {
      const unpacked = method === 0 ? data : inflate(data, size, subject);
      if (unpacked.length !== size) throw badFile(`${subject} is not as long as it says`);
      if (crc32(unpacked) !== checksum) throw badFile(`${subject} does not match its checksum; the file is damaged`);
      return unpacked;
    },
  };
}

function inflate(data: Uint8Array, size: number, subject: string): Uint8Array {
  try {
    // fflate fills at most this buffer: a longer stream is cut there and fails its checksum.
    return inflateSync(data, { out: new Uint8Array(size) });
  } catch {
    throw badFile(`${subject} cannot be unpacked; the file is damaged`);
  }
}

let table: Uint32Array | undefined;

/** CRC-32 as in zip (reflected polynomial EDB88320), four bytes at a time. */
export function crc32(bytes: Uint8Array): number {
  if (table === undefined) {
    table = new Uint32Array(1024);
    for (let i = 0; i < 256; i++) {
      let c = i;
      for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
      table[i] = c;
    }
    for (let i = 256; i < 1024; i++) table[i] = table[table[i - 256]! & 255]! ^ (table[i - 256]! >>> 8);
  }
  let c = ~0;
  let i = 0;
  for (; i + 4 <= bytes.length; i += 4) {
    c ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    c = table[768 + (c & 255)]! ^ table[512 + ((c >>> 8) & 255)]! ^ table[256 + ((c >>> 16) & 255)]! ^ table[c >>> 24]!;
  }
  for (; i < bytes.length; i++) c = table[(c ^ bytes[i]!) & 255]! ^ (c >>> 8);
  return ~c >>> 0;
}
