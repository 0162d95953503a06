/** Whether standard error is JSON for a program. */

/** Do these arguments ask for JSON lines on standard error? For who must speak before, or without, a command. */
export function wantsJsonLines(args: readonly string[]): boolean {
  return args.some((arg, i) => arg === "--progress=json" || (arg === "json" && args[i - 1] === "--progress"));
}
