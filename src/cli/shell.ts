/** Words as they can be pasted into a shell. */

/** `word`, quoted for a POSIX shell where that is needed. */
export function quoted(word: string): string {
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
