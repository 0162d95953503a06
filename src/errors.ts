/**
 * The one kind of error that users read: a sentence and a stable code. The command line turns the code into an exit
 * status, a page into a message.
 */

/**
 * The kind of problem.
 *
 * - `usage`: an option or argument is wrong
 * - `picture`: an input picture is missing, damaged, too large or of an unknown format
 * - `model`: a network's weights are missing, damaged or do not fit its layer table
 * - `resources`: the machine ran out of memory, or the device was lost
 * - `diverged`: the optimisation produced non-finite numbers
 * - `file`: a file could not be written or read for another reason
 */
export type ErrorCode = "usage" | "picture" | "model" | "resources" | "diverged" | "file";

/** An error whose message is a sentence for the user: what was given, what was expected, what to do. */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly code: ErrorCode;
  /** The option that sets the limit which was exceeded, if one was. */
  readonly limit: string | undefined;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown; limit?: string }) {
    super(cleaned(message), options);
    this.code = code;
    this.limit = options?.limit;
  }
}

/**
 * `text` made safe for one line of a terminal: control characters (including line breaks) and direction marks become
 * "?".
 */
export function cleaned(text: string): string {
  return text.replace(STEERING, "?");
}

const STEERING = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu;

/** `value` as JSON without control characters (JSON itself only escapes the first 32); on one line, or indented. */
export function jsonLine(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent) ?? "null";
  return text.replace(STEERING, (character) => (character === "\n" ? character : escaped(character)));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Names in a sentence: `a, b or c`. */
export function choice(names: readonly string[]): string {
  return names.join(", ").replace(/, ([^,]*)$/, " or $1");
}

/** The error for an invalid value: `invalid("usage", "--size", "a whole number from 16 to 16384", "-3")`. */
export function invalid(code: ErrorCode, subject: string, expected: string, received: unknown): UserError {
  return new UserError(code, `${subject}: expected ${expected}, got ${shown(received)}.`);
}

/** The keys that a record may have. */
export type Known = Readonly<Record<string, unknown>>;

/** Throws a `usage` error for keys of a record that are not `known`, which are usually typing errors. */
export function refuseUnknown(subject: string, given: object, known: Known): void {
  const other = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (other === undefined) return;
  const names = Object.keys(known).join(", ");
  throw new UserError("usage", `${subject}: there is no ${shown(other)}; there are ${names}.`);
}

/** A value in a message: short, on one line, for any value. */
export function shown(value: unknown): string {
  const text = (typeof value === "string" ? JSON.stringify(value) : plain(value)).replace(/\s+/g, " ");
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function plain(value: unknown): string {
  try {
    return String(value);
  } catch {
    // An object without a prototype, or whose toString fails.
    return Object.prototype.toString.call(value);
  }
}

/** A number of bytes for people: `800 MB`, `2.0 GB`. */
export function bytesText(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
