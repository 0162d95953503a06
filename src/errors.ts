/**
 * The one kind of error that a user is meant to read. It knows a sentence and a stable code, and refuses to know how it
 * is shown: the command line turns the code into an exit status, a page into a message.
 */

/**
 * What went wrong, as a stable word.
 *
 * - `usage`: an option or argument is wrong
 * - `picture`: an input picture is missing, damaged, too large or of an unknown format
 * - `model`: a network's weights are missing, damaged or do not fit its layer table
 * - `resources`: the machine ran out of memory, or the device was lost
 * - `diverged`: the optimisation left the finite numbers
 * - `file`: a file could not be written or read for another reason
 */
export type ErrorCode = "usage" | "picture" | "model" | "resources" | "diverged" | "file";

/** An error whose message is a complete sentence for the user: what was given, what was expected, how to mend it. */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(cleaned(message), options);
    this.code = code;
  }
}

/**
 * `text`, wherever it comes from, as it may stand in a line of a terminal: what would steer it (control characters, among
 * them line breaks) or turn the direction of writing becomes "?".
 */
export function cleaned(text: string): string {
  return text.replace(STEERING, "?");
}

const STEERING = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu;

/** `value` as JSON that steers no terminal either (JSON itself only escapes the first 32 characters); on one line, or indented. */
export function jsonLine(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent) ?? "null";
  return text.replace(STEERING, (character) => (character === "\n" ? character : escaped(character)));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** The error for a value that does not fit: `invalid("usage", "--size", "a whole number from 16 to 16384", "-3")`. */
export function invalid(code: ErrorCode, subject: string, expected: string, received: unknown): UserError {
  return new UserError(code, `${subject}: expected ${expected}, got ${shown(received)}.`);
}

/** What a record may have, by name. */
export type Known = Readonly<Record<string, unknown>>;

/** Throws a `usage` error for what a record has beside what is `known`: a slip of the pen is not to be passed over. */
export function refuseUnknown(subject: string, given: object, known: Known): void {
  const other = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (other === undefined) return;
  const names = Object.keys(known).join(", ");
  throw new UserError("usage", `${subject}: there is no ${shown(other)}; there are ${names}.`);
}

/** A value as it may stand in a message: short, on one line, whatever it is. */
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

/** An amount of memory as people read it. */
export function bytesText(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
