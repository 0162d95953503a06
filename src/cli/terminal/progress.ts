/** Events as a bar on a terminal, or as JSON lines: both on standard error, because standard output is for results. */
import { cleaned, jsonLine } from "../../errors.ts";
import type { GridEvent } from "../../grid/run.ts";
import { clock } from "../../jobs/report/time.ts";
import type { StartEvent, StepEvent } from "../../node.ts";
import type { TextStream } from "./context.ts";
import { blocks, statusLine } from "./status-line.ts";

type Level = StartEvent["levels"][number];

export interface Progress {
  /** Shows an event. */
  show(event: GridEvent): void;
  /** Shows a line of words; the bar gives way. */
  note(text: string): void;
  /** Clears the bar, so that a message can stand in its place. */
  clear(): void;
}

export const progressStyles = ["auto", "bar", "json", "none"] as const;
export type ProgressStyle = (typeof progressStyles)[number];

/** `auto` is a bar on a terminal and nothing elsewhere. */
export function progressFor(style: ProgressStyle, stream: TextStream): Progress {
  const chosen = style === "auto" ? (stream.isTTY && process.env.TERM !== "dumb" ? "bar" : "none") : style;
  if (chosen === "bar") return bar(stream);
  if (chosen === "none") return { show() {}, note: (text) => void stream.write(`${cleaned(text)}\n`), clear() {} };
  return {
    show: (event) => !silent.has(event.type) && stream.write(`${json(event)}\n`),
    note: (text) => void stream.write(`${jsonLine({ type: "note", text })}\n`),
    clear() {},
  };
}

/** Events that are no progress: they become files, lines of words or the result. */
const silent = new Set<string>(["checkpoint", "note", "planned", "result", "stopped"]);

/** An event as one line of JSON; pixels are left out, sizes stay. */
function json(event: GridEvent): string {
  if (event.type !== "image" && event.type !== "done") return jsonLine(event);
  const { width, height } = event.image;
  const { image: _, record: __, ...rest } = { record: undefined, ...event };
  return jsonLine({ ...rest, image: { width, height } });
}

function bar(stream: TextStream): Progress {
  const status = statusLine(stream);
  let levels: readonly Level[] = [];
  let which = "";
  const recent: { time: number; step: number }[] = [];
  return {
    clear: status.clear,
    note(text) {
      status.clear();
      stream.write(`${cleaned(text)}\n`);
    },
    show(event) {
      if (event.type === "cell") which = `${event.cell}/${event.cells}  `;
      if (event.type === "start") {
        levels = event.levels;
        recent.length = 0;
      }
      if (event.type === "done") status.clear();
      if (event.type !== "step") return;
      const now = performance.now();
      recent.push({ time: now, step: event.step });
      if (recent.length > 20) recent.shift();
      const first = recent[0]!;
      const seconds = Math.max((now - first.time) / 1000, 1e-3);
      const rate = (event.step - first.step) / seconds;
      status.draw(
        () => which + barLine(event, levels, rate, (stream.columns ?? 80) - which.length),
        event.step === event.steps,
      );
    },
  };
}

/**
 * One line of at most `columns`: bar, percent, level, step, time left, loss by kind, speed. What does not fit is left out
 * from the end, whole.
 */
function barLine(event: StepEvent, levels: readonly Level[], rate: number, columns: number): string {
  const level = levels[event.level];
  const size = level ? `${level.width}x${level.height} (${event.level + 1}/${levels.length})` : "";
  const kinds = new Map<string, number>();
  for (const [name, value] of Object.entries(event.terms)) {
    const kind = name.split(" ")[0]!;
    kinds.set(kind, (kinds.get(kind) ?? 0) + value);
  }
  const losses = [...kinds].map(([kind, value]) => `${kind.slice(0, 1)} ${Number(value.toPrecision(2))}`).join(" ");
  const parts = [
    `${blocks(event.progress)} ${Math.floor(event.progress * 100)}%`,
    size,
    `${event.step}/${event.steps}`,
    event.secondsLeft === undefined ? "" : `${clock(event.secondsLeft)} left`,
    losses,
    rate > 0 ? `${rate.toPrecision(2)} steps/s` : "",
  ].filter(Boolean);
  while (parts.length > 1 && parts.join("  ").length >= columns) parts.pop();
  return parts.join("  ");
}
