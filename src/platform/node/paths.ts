/** Paths as they may stand in messages. Refuses to know what lies behind them. */

/** `path` on one line: control characters, which could also steer a terminal, become "?". */
export function inMessage(path: string): string {
  return path.replace(/\p{Cc}/gu, "?");
}
