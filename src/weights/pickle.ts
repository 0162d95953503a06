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
  const start = reader.at;
  const stack: unknown[] = [];
  const marks: number[] = [];
  const memo = new Map<number, unknown>();
  let work = 0;

  const spend = (amount: number) => {
    work += amount;
    if (work > workLimit) throw badFile(`its pickle takes more than ${workLimit} steps; this is refused`);
    if (reader.at - start > byteLimit) throw badFile("its pickle is longer than 64 MiB; this is refused");
  };
  const floor = () => marks.at(-1) ?? 0;
  const pop = (): unknown => {
    if (stack.length <= floor()) throw badFile("its pickle takes from an empty stack; it is damaged");
    return stack.pop();
  };
  const popMark = (): unknown[] => {
    const mark = marks.pop();
    if (mark === undefined) throw badFile("its pickle has an unbalanced mark; it is damaged");
    return stack.splice(mark);
  };
  const top = (): unknown => {
    const value = pop();
    stack.push(value);
    return value;
  };
  const remember = (index: number) => memo.set(index, top());
  const recall = (index: number) => {
    if (!memo.has(index)) throw badFile("its pickle refers to an undefined memo entry; it is damaged");
    stack.push(memo.get(index));
  };
  const text = (length: number) => decodeText(reader.take(length));
  const latin = (length: number) => {
    if (length > 65_536) throw badFile("its pickle has a name of more than 64 KiB; it is damaged");
    return String.fromCharCode(...reader.take(length));
  };
  const integer = (length: number) => {
    if (length > 64) throw badFile("its pickle has a number of more than 64 bytes; it is damaged");
    let value = 0n;
    const bytes = reader.take(length);
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    if (length > 0) value = BigInt.asIntN(8 * length, value);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  };
  const setItems = (pairs: unknown[]) => {
    const dict = top();
    if (!(dict instanceof Map) || pairs.length % 2 !== 0)
      throw badFile("its pickle sets items of something that is not a dict");
    for (let i = 0; i < pairs.length; i += 2) dict.set(pairs[i], pairs[i + 1]);
  };
  const append = (items: unknown[]) => {
    const list = top();
    if (!Array.isArray(list)) throw badFile("its pickle appends to something that is not a list");
    for (const item of items) list.push(item);
  };
  const pushGlobal = (module: string, name: string) => stack.push(world.global(module, name));
  const call = () => {
    const args = pop();
    const callee = pop() as PickleGlobal | null | undefined;
    if (typeof callee !== "object" || typeof callee?.call !== "function")
      throw badFile("its pickle calls something that is not a function");
    if (!(args instanceof Tuple)) throw badFile(`its pickle calls ${callee.name} without arguments; it is damaged`);
    for (const arg of args.items) if (Array.isArray(arg)) spend(arg.length);
    stack.push(callee.call(args.items));
  };

  for (;;) {
    spend(1);
    const op = reader.u8();
    switch (op) {
      case 0x80: {
        const protocol = reader.u8();
        if (protocol < 2 || protocol > 5) throw badFile(`its pickle uses protocol ${protocol}; expected 2 to 5`);
        break;
      }
      case 0x95: // FRAME
        reader.u64();
        break;
      case 0x28: // MARK
        marks.push(stack.length);
        break;
      case 0x2e: // STOP
        return pop();
      case 0x30: // POP
        pop();
        break;
      case 0x31: // POP_MARK
        popMark();
        break;
      case 0x32: // DUP
        stack.push(top());
        break;
      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
        stack.push(true);
        break;
      case 0x89: // NEWFALSE
        stack.push(false);
        break;
      case 0x4b: // BININT1
        stack.push(reader.u8());
        break;
      case 0x4d: // BININT2
        stack.push(reader.u16());
        break;
      case 0x4a: // BININT
        stack.push(reader.i32());
        break;
      case 0x8a: // LONG1
        stack.push(integer(reader.u8()));
        break;
      case 0x8b: // LONG4
        stack.push(integer(reader.u32()));
        break;
      case 0x47: {
        // BINFLOAT, the only big-endian number
        const bytes = reader.take(8);
        stack.push(new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0));
        break;
      }
      case 0x58: // BINUNICODE
        stack.push(text(reader.u32()));
        break;
      case 0x8c: // SHORT_BINUNICODE
        stack.push(text(reader.u8()));
        break;
      case 0x8d: // BINUNICODE8
        stack.push(text(reader.u64()));
        break;
      case 0x54: // BINSTRING: Python 2's text
        stack.push(latin(reader.u32()));
        break;
      case 0x55: // SHORT_BINSTRING
        stack.push(latin(reader.u8()));
        break;
      case 0x29: // EMPTY_TUPLE
        stack.push(new Tuple([]));
        break;
      case 0x85: // TUPLE1
        stack.push(new Tuple([pop()]));
        break;
      case 0x86: // TUPLE2
      case 0x87: {
        // TUPLE3
        const items = op === 0x86 ? [pop(), pop()] : [pop(), pop(), pop()];
        stack.push(new Tuple(items.reverse()));
        break;
      }
      case 0x74: // TUPLE
        stack.push(new Tuple(popMark()));
        break;
      case 0x5d: // EMPTY_LIST
        stack.push([]);
        break;
      case 0x6c: // LIST
        stack.push(popMark());
        break;
      case 0x61: // APPEND
        append([pop()]);
        break;
      case 0x65: // APPENDS
        append(popMark());
        break;
      case 0x7d: // EMPTY_DICT
        stack.push(new Map());
        break;
      case 0x73: {
        // SETITEM
        const value = pop();
        setItems([pop(), value]);
        break;
      }
      case 0x75: // SETITEMS
        setItems(popMark());
        break;
      case 0x71: // BINPUT
        remember(reader.u8());
        break;
      case 0x72: // LONG_BINPUT
        remember(reader.u32());
        break;
      case 0x94: // MEMOIZE
        remember(memo.size);
        break;
      case 0x68: // BINGET
        recall(reader.u8());
        break;
      case 0x6a: // LONG_BINGET
        recall(reader.u32());
        break;
      case 0x63: // GLOBAL
        pushGlobal(decodeText(reader.line()), decodeText(reader.line()));
        break;
      case 0x93: {
        // STACK_GLOBAL
        const name = pop();
        const module = pop();
        if (typeof module !== "string" || typeof name !== "string")
          throw badFile("its pickle has a global whose name is not text");
        pushGlobal(module, name);
        break;
      }
      case 0x51: // BINPERSID
        stack.push(world.persistent(pop()));
        break;
      case 0x52: // REDUCE
      case 0x81: // NEWOBJ
        call();
        break;
      case 0x62: // BUILD: attributes beside the data (an OrderedDict's _metadata, a Parameter's flags); not needed
        pop();
        top();
        break;
      default:
        throw badFile(`its pickle uses opcode 0x${op.toString(16)}, which weights do not need; this is refused`);
    }
  }
}

/** The error for a name that is not allowed. */
export function forbidden(module: string, name: string): Error {
  return badFile(
    `its pickle refers to ${showName(`${module}.${name}`)}, which plain weights do not need; nothing of it was run. ` +
      `Save the network's state_dict() instead`,
  );
}
