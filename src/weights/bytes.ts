/** Bounds-checked reading of binary files. */
import { badFile } from "./stored-tensors.ts";

/** Decodes UTF-8; throws a `UserError` if it is invalid. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw badFile("it holds text that is not UTF-8; it is damaged");
  }
}

/** Encodes UTF-8. */
export function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A little-endian cursor over bytes. Every read past the end throws a `UserError`. */
export class Reader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  /** Advances by `count` bytes and returns their start. */
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

  /** An unsigned 64-bit number; throws if it exceeds any possible file length. */
  u64(): number {
    const number = this.#view.getBigUint64(this.#skip(8), true);
    if (number > BigInt(Number.MAX_SAFE_INTEGER)) throw badFile(`it declares ${number} bytes; it is damaged`);
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
