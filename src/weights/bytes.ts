/**
 * Reading binary files without ever reading past their end. Refuses to know what the bytes mean.
 */
import { badFile } from "./stored.ts";

/** UTF-8 to text; throws a `UserError` where it is none. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw badFile("it holds text that is not UTF-8; it is damaged");
  }
}

/** Text to UTF-8. */
export function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Walks over bytes, little-endian. Every read throws a `UserError` instead of leaving the file. */
export class Reader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  /** Moves on by `count` bytes and says where they began. */
  #skip(count: number): number {
    const at = this.at;
    if (!(count >= 0 && at >= 0 && count <= this.bytes.length - at)) {
      throw badFile("it ends too early; it is cut off or damaged");
    }
    this.at += count;
    return at;
  }

  u8 = (): number => this.#view.getUint8(this.#skip(1));
  u16 = (): number => this.#view.getUint16(this.#skip(2), true);
  u32 = (): number => this.#view.getUint32(this.#skip(4), true);
  i32 = (): number => this.#view.getInt32(this.#skip(4), true);

  /** An unsigned 64-bit number; one that no file can be as long as throws. */
  u64(): number {
    const number = this.#view.getBigUint64(this.#skip(8), true);
    if (number > BigInt(Number.MAX_SAFE_INTEGER)) throw badFile(`it speaks of ${number} bytes; it is damaged`);
    return Number(number);
  }

  /** A view of the next `count` bytes. */
  take(count: number): Uint8Array {
    const at = this.#skip(count);
    return this.bytes.subarray(at, at + count);
  }

  /** The next line, without its line feed. */
  line(): Uint8Array {
    const end = this.bytes.indexOf(10, this.at);
    const line = this.take((end < 0 ? this.bytes.length : end) - this.at);
    this.#skip(1);
    return line;
  }
}
