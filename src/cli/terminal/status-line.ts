/** A status line that is redrawn in place on a terminal; elsewhere, an occasional line. */
import type { TextStream } from "./context.ts";

export interface StatusLine {
  /** Draws the line, at most ten times a second unless it `must` be. */
  draw(line: () => string, must: boolean): void;
  /** Clears the line, so that a message can stand in its place. */
  clear(): void;
}

const INTERVAL = 100;

export function statusLine(stream: TextStream): StatusLine {
  let drawn = Number.NEGATIVE_INFINITY;
  return {
    draw(line, must) {
      const now = performance.now();
      if (now - drawn < INTERVAL && !must) return;
      drawn = now;
      stream.write(stream.isTTY ? `\r${line()}\x1b[K` : `${line()}\n`);
    },
    clear() {
      if (stream.isTTY) stream.write("\r\x1b[K");
    },
  };
}

/** A part of a whole, 0 to 1, as a bar of ten characters. */
export function blocks(part: number): string {
  const full = Math.round(10 * Math.min(1, Math.max(0, part)));
  return `${"█".repeat(full)}${"░".repeat(10 - full)}`;
}
