/**
 * An interpreter for the part of Python's pickle language (protocols 2 to 5) that describes plain data. It executes
 * nothing: a Python name is looked up in an allow-list of the caller, and any other name is an error. Opcodes: CPython,
 * Lib/pickletools.py.
 */
import { decodeText, type Reader } from "./bytes.ts";
import { badFile, showName } from "./stored-tensors.ts";

const byteLimit = 64 * 2 ** 20;
const workLimit = 1_000_000;

/** A Python tuple; lists are arrays, dicts are maps. */
export class Tuple {
  readonly items: readonly unknown[];
  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

/** An allowed Python name, before it is applied to arguments. */
export interface PickleGlobal {
  readonly name: string;
  /** The result of Python's call. If missing, the name may occur but not be called. */
  call?(args: readonly unknown[]): unknown;
}

/** What a pickle may refer to. Both functions throw a `UserError` for anything else. */
export interface PickleWorld {
  global(module: string, name: string): PickleGlobal;
  /** The object with a persistent id. */
  persistent(id: unknown): unknown;
}

/**
 * Interprets the pickle at the reader's position and leaves the reader behind it. Throws a `UserError` for names
 * outside `world`, opcodes that plain data does not need, more than 64 MiB or more than a million steps.
 */
export function readPickle(reader: Reader, world: PickleWorld): unknown {
  const machine = new PickleMachine(reader, world);
  for (;;) {
    machine.spend(1);
    const code = reader.u8();
    if (code === STOP) return machine.pop();
    const run = opcodes[code];
    if (!run) {
      throw badFile(`its pickle uses opcode 0x${code.toString(16)}, which weights do not need; this is refused`);
    }
    run(machine, reader);
  }
}

/** The stack, marks and memo on which opcodes act. */
class PickleMachine {
  readonly #stack: unknown[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, unknown>();
  readonly #reader: Reader;
  readonly #world: PickleWorld;
  readonly #start: number;
  #work = 0;

  constructor(reader: Reader, world: PickleWorld) {
    this.#reader = reader;
    this.#world = world;
    this.#start = reader.at;
  }

  /** Counts steps; throws when the pickle has taken too many, or is too long. */
  spend(steps: number): void {
    this.#work += steps;
    if (this.#work > workLimit) throw badFile(`its pickle takes more than ${workLimit} steps; this is refused`);
    if (this.#reader.at - this.#start > byteLimit) throw badFile("its pickle is longer than 64 MiB; this is refused");
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  /** Takes the top value; those below the last mark cannot be taken. */
  pop(): unknown {
    const floor = this.#marks.at(-1) ?? 0;
    if (this.#stack.length <= floor) throw badFile("its pickle takes from an empty stack; it is damaged");
    return this.#stack.pop();
  }

  top(): unknown {
    const value = this.pop();
    this.push(value);
    return value;
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  /** Takes all values above the last mark, and the mark. */
  popMark(): unknown[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw badFile("its pickle has an unbalanced mark; it is damaged");
    return this.#stack.splice(mark);
  }

  tuple(length: number): void {
    const items = Array.from({ length }, () => this.pop());
    this.push(new Tuple(items.reverse()));
  }

  /** Stores the top value in the memo, by default under the next number. */
  remember(index = this.#memo.size): void {
    this.#memo.set(index, this.top());
  }

  recall(index: number): void {
    if (!this.#memo.has(index)) throw badFile("its pickle refers to an undefined memo entry; it is damaged");
    this.push(this.#memo.get(index));
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw badFile("its pickle appends to something that is not a list");
    for (const item of items) list.push(item);
  }

  setItem(): void {
    const value = this.pop();
    this.setItems([this.pop(), value]);
  }

  /** Keys and values in turn. */
  setItems(pairs: readonly unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof Map) || pairs.length % 2 !== 0)
      throw badFile("its pickle sets items of something that is not a dict");
    for (let i = 0; i < pairs.length; i += 2) dict.set(pairs[i], pairs[i + 1]);
  }

  /** Attributes beside the data (an OrderedDict's `_metadata`, a Parameter's flags) are not needed. */
  ignoreState(): void {
    this.pop();
    this.top();
  }

  global(module: unknown, name: unknown): void {
    if (typeof module !== "string" || typeof name !== "string")
      throw badFile("its pickle has a global whose name is not text");
    this.push(this.#world.global(module, name));
  }

  stackGlobal(): void {
    const name = this.pop();
    this.global(this.pop(), name);
  }

  persistent(): void {
    this.push(this.#world.persistent(this.pop()));
  }

  call(): void {
    const args = this.pop();
    const callee = this.pop() as PickleGlobal | null | undefined;
    if (typeof callee !== "object" || typeof callee?.call !== "function")
      throw badFile("its pickle calls something that is not a function");
    if (!(args instanceof Tuple)) throw badFile(`its pickle calls ${callee.name} without arguments; it is damaged`);
    for (const arg of args.items) if (Array.isArray(arg)) this.spend(arg.length);
    this.push(callee.call(args.items));
  }
}

const STOP = 0x2e;

type Opcode = (machine: PickleMachine, reader: Reader) => void;

/** What each opcode but STOP does. */
const opcodes: Readonly<Record<number, Opcode>> = {
  128: (_, r) => checkProtocol(r.u8()), // PROTO
  149: (_, r) => void r.u64(), // FRAME
  40: (m) => m.mark(), // MARK
  48: (m) => void m.pop(), // POP
  49: (m) => void m.popMark(), // POP_MARK
  50: (m) => m.push(m.top()), // DUP
  78: (m) => m.push(null), // NONE
  136: (m) => m.push(true), // NEWTRUE
  137: (m) => m.push(false), // NEWFALSE
  75: (m, r) => m.push(r.u8()), // BININT1
  77: (m, r) => m.push(r.u16()), // BININT2
  74: (m, r) => m.push(r.i32()), // BININT
  138: (m, r) => m.push(integer(r, r.u8())), // LONG1
  139: (m, r) => m.push(integer(r, r.u32())), // LONG4
  71: (m, r) => m.push(bigEndianFloat(r.take(8))), // BINFLOAT
  88: (m, r) => m.push(decodeText(r.take(r.u32()))), // BINUNICODE
  140: (m, r) => m.push(decodeText(r.take(r.u8()))), // SHORT_BINUNICODE
  141: (m, r) => m.push(decodeText(r.take(r.u64()))), // BINUNICODE8
  84: (m, r) => m.push(latin1(r, r.u32())), // BINSTRING: Python 2's text
  85: (m, r) => m.push(latin1(r, r.u8())), // SHORT_BINSTRING
  41: (m) => m.tuple(0), // EMPTY_TUPLE
  133: (m) => m.tuple(1), // TUPLE1
  134: (m) => m.tuple(2), // TUPLE2
  135: (m) => m.tuple(3), // TUPLE3
  116: (m) => m.push(new Tuple(m.popMark())), // TUPLE
  93: (m) => m.push([]), // EMPTY_LIST
  108: (m) => m.push(m.popMark()), // LIST
  97: (m) => m.append([m.pop()]), // APPEND
  101: (m) => m.append(m.popMark()), // APPENDS
  125: (m) => m.push(new Map()), // EMPTY_DICT
  115: (m) => m.setItem(), // SETITEM
  117: (m) => m.setItems(m.popMark()), // SETITEMS
  113: (m, r) => m.remember(r.u8()), // BINPUT
  114: (m, r) => m.remember(r.u32()), // LONG_BINPUT
  148: (m) => m.remember(), // MEMOIZE
  104: (m, r) => m.recall(r.u8()), // BINGET
  106: (m, r) => m.recall(r.u32()), // LONG_BINGET
  99: (m, r) => m.global(decodeText(r.line()), decodeText(r.line())), // GLOBAL
  147: (m) => m.stackGlobal(), // STACK_GLOBAL
  81: (m) => m.persistent(), // BINPERSID
  82: (m) => m.call(), // REDUCE
  129: (m) => m.call(), // NEWOBJ
  98: (m) => m.ignoreState(), // BUILD
};

function checkProtocol(protocol: number): void {
  if (protocol < 2 || protocol > 5) throw badFile(`its pickle uses protocol ${protocol}; expected 2 to 5`);
}

/** A little-endian integer in two's complement; a bigint where a number is not exact. */
function integer(reader: Reader, length: number): number | bigint {
  if (length > 64) throw badFile("its pickle has a number of more than 64 bytes; it is damaged");
  let value = 0n;
  const bytes = reader.take(length);
  for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  if (length > 0) value = BigInt.asIntN(8 * length, value);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The only big-endian number of the format. */
function bigEndianFloat(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0);
}

function latin1(reader: Reader, length: number): string {
  if (length > 65_536) throw badFile("its pickle has a name of more than 64 KiB; it is damaged");
  return String.fromCharCode(...reader.take(length));
}

/** The error for a name that is not allowed. */
export function forbidden(module: string, name: string): Error {
  return badFile(
    `its pickle refers to ${showName(`${module}.${name}`)}, which plain weights do not need; nothing of it was run. ` +
      `Save the network's state_dict() instead`,
  );
}
