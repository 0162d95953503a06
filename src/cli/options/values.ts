/** Parses numbers and amounts of flags. */
import { UserError } from "../../errors.ts";
import { readNumber } from "../../parameters/value.ts";

/** A whole number from `low` up to `high`, or a `usage` error that names the flag. */
export function wholeNumber(flag: string, text: string, low: number, high: number): number {
  const value = readNumber(text);
  if (typeof value === "number" && Number.isInteger(value) && value >= low && value <= high) return value;
  throw new UserError("usage", `${flag}: expected a whole number from ${low} to ${high}, got ${JSON.stringify(text)}.`);
}

/** Seconds from 0, or a `usage` error that names the flag. */
export function secondsOf(flag: string, text: string): number {
  const seconds = readNumber(text);
  if (typeof seconds === "number" && seconds >= 0 && seconds <= 1e6) return seconds;
  throw new UserError("usage", `${flag}: expected seconds from 0 to 1000000, got ${JSON.stringify(text)}.`);
}

/** Bytes as people write them: 2GB, 1.5G, 800MB, 3GiB or a plain number; or a `usage` error. */
export function bytesOf(flag: string, text: string): number {
  const [, amount, unit = "", binary] = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])(i?)b?|b)?$/i.exec(text.trim()) ?? [];
  const bytes = Number(amount) * (binary ? 1024 : 1000) ** " kmgt".indexOf(unit.toLowerCase() || " ");
  if (bytes > 0 && Number.isFinite(bytes)) return bytes;
  throw new UserError("usage", `${flag}: expected an amount as in 2GB or 800MB, got ${JSON.stringify(text)}.`);
}

/** What `read` makes of a flag's text; undefined where the flag is not given. */
export function given<T>(text: string | undefined, read: (text: string) => T): T | undefined {
  return text === undefined ? undefined : read(text);
}

/** A flag that may be given several times, as a list. */
export function gathered(text: string, before: string[] = []): string[] {
  return [...before, text];
}
