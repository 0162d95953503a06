/** Results on standard output. */
import { cleaned, jsonLine } from "../../errors.ts";
import type { TextStream } from "./context.ts";

/** The path of what was written, alone on its line; exact for a program that reads it. */
export function printPath(path: string, stream: TextStream): void {
  stream.write(`${stream.isTTY ? cleaned(path) : path}\n`);
}

/** A value as one line of JSON. */
export function printJson(value: unknown, stream: TextStream): void {
  stream.write(`${jsonLine(value)}\n`);
}
