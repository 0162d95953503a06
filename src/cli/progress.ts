/**
 * Events as a bar on a terminal, or as JSON lines: both on standard error, because standard output is for results. It
 * shows events and knows nothing of what they mean.
 */
import { cleaned, jsonLine } from "../errors.ts";
import type { Level } from "../schedule/pyramid.ts";
import type { StepEvent, StylizeEvent } from "../transfer/events.ts";

/** One of many jobs begins. */
export interface CellEvent {
  readonly type: "cell";
  /** From 1, in the order in which they run, and of how many. */
  readonly cell: number;
  readonly cells: number;
  /** What is different in it, and the file that it becomes. */
  readonly name: string;
  readonly output: string;
}

export interface Progress {
  /** Shows an event. */
  show(event: StylizeEvent | CellEvent): void;
  /** Shows a line of words; the bar gives way. */
  note(text: string): void;
  /** Clears the bar, so that a message can stand in its place. */
  clear(): void;
}

export const progressStyles = ["auto", "bar", "json", "none"] as const;

/** `auto` is a bar on a terminal and nothing elsewhere. */
export function progressFor(style: (typeof progressStyles)[number], stream: NodeJS.WriteStream): Progress {
  const chosen = style === "auto" ? (stream.isTTY && process.env.TERM !== "dumb" ? "bar" : "none") : style;
  if (chosen === "bar") return bar(stream);
  if (chosen === "none") return { show() {}, note: (text) => void stream.write(`${cleaned(text)}\n`), clear() {} };
  return {
    show: (event) => event.type !== "checkpoint" && event.type !== "note" && stream.write(`${json(event)}\n`),
    note: (text) => void stream.write(`${jsonLine({ type: "note", text })}\n`),
    clear() {},
  };
}

/** Do these arguments ask for JSON lines on standard error? For who must speak before, or without, a command. */
export function wantsJsonLines(args: readonly string[]): boolean {
  return args.some((arg, i) => arg === "--progress=json" || (arg === "json" && args[i - 1] === "--progress"));
}

/** An event as one line of JSON; pixels are left out, sizes stay. */
function json(event: StylizeEvent | CellEvent): string {
  if (event.type !== "image" && event.type !== "done") return jsonLine(event);
  const { width, height } = event.image;
  return jsonLine({ ...event, image: { width, height } });
}

const INTERVAL = 100;

function bar(stream: NodeJS.WriteStream): Progress {
  const start = performance.now();
  let levels: readonly Level[] = [];
  let drawn = 0;
  let which = "";
  const recent: { time: number; progress: number; step: number }[] = [];
  const clear = () => {
    if (stream.isTTY) stream.write("\r\x1b[K");
  };
  return {
    clear,
    note(text) {
      clear();
      stream.write(`${cleaned(text)}\n`);
    },
    show(event) {
      if (event.type === "cell") which = `${event.cell}/${event.cells}  `;
      if (event.type === "start") {
        levels = event.levels;
        recent.length = 0;
      }
      if (event.type === "done") clear();
      if (event.type !== "step") return;
      const now = performance.now();
      recent.push({ time: now, progress: event.progress, step: event.step });
      if (recent.length > 20) recent.shift();
      if (now - drawn < INTERVAL && event.step < event.steps) return;
      drawn = now;
      const first = recent[0]!;
      const seconds = Math.max((now - first.time) / 1000, 1e-3);
      const rate = (event.step - first.step) / seconds;
      const speed = (event.progress - first.progress) / seconds;
      const overall = event.progress / ((now - start) / 1000);
      const left = (1 - event.progress) / (speed || overall);
      const line = which + barLine(event, levels, rate, left, (stream.columns ?? 80) - which.length);
      if (stream.isTTY) stream.write(`\r${line}\x1b[K`);
      else stream.write(`${line}\n`);
    },
  };
}

/**
 * One line of at most `columns`: bar, percent, level, step, time left, loss by kind, speed. What does not fit is left out
 * from the end, whole.
 */
export function barLine(
  event: StepEvent,
  levels: readonly Level[],
  rate: number,
  left: number,
  columns: number,
): string {
  const width = 10;
  const full = Math.round(event.progress * width);
  const level = levels[event.level];
  const size = level ? `${level.width}x${level.height} (${event.level + 1}/${levels.length})` : "";
  const kinds = new Map<string, number>();
  for (const [name, value] of Object.entries(event.terms)) {
    const kind = name.split(" ")[0]!;
    kinds.set(kind, (kinds.get(kind) ?? 0) + value);
  }
  const losses = [...kinds].map(([kind, value]) => `${kind.slice(0, 1)} ${Number(value.toPrecision(2))}`).join(" ");
  const parts = [
    `${"█".repeat(full)}${"░".repeat(width - full)} ${Math.floor(event.progress * 100)}%`,
    size,
    `${event.step}/${event.steps}`,
    Number.isFinite(left) ? `${clock(left)} left` : "",
    losses,
    rate > 0 ? `${rate.toPrecision(2)} steps/s` : "",
  ].filter(Boolean);
  while (parts.length > 1 && parts.join("  ").length >= columns) parts.pop();
  return parts.join("  ");
}

/** Seconds as `0:07`, `12:34` or `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
