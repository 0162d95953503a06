/** Words as they can be pasted into a shell. */
import { cleaned, jsonLine } from "../errors.ts";

/** `word`, quoted for a POSIX shell where that is needed; what would steer a terminal is written out, as in $'\\u001b'. */
export function quoted(word: string): string {
  if (cleaned(word) !== word) return `$'${jsonLine(word).slice(1, -1).replaceAll("'", "\\'")}'`;
  return /^[\w@%+=:,./~-]+$/.test(word) && !word.startsWith("~") ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A path as an argument: one that begins with a dash is no flag. */
export function pathArgument(path: string): string {
  return path.startsWith("-") && path !== "-" ? `./${path}` : path;
}

/** A whole command line. */
export function commandLine(words: readonly string[]): string {
  return words.map(quoted).join(" ");
}
