/** Whether standard error is JSON for a program. */

/** Do these arguments ask for JSON lines on standard error? Also needed before a command is parsed, or without one. */
export function wantsJsonLines(args: readonly string[]): boolean {
  return args.some((arg, i) => arg === "--progress=json" || (arg === "json" && args[i - 1] === "--progress"));
}
