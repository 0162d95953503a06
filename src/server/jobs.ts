/**
 * The jobs of the studio's server: one runs at a time, in a process of its own. Their events are kept for pages that are
 * loaded again.
 */
import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { Answer, Order, PainterEvent, PaintOrder, Question, Report } from "./painter-protocol.ts";

/** A process that paints, as far as jobs know it. */
export interface Painter {
  send(order: Order): void;
  onReport(listen: (report: Report | Answer) => void): void;
  onExit(listen: () => void): void;
  kill(): void;
}

export interface Job {
  readonly id: string;
  /** Its events so far, in order. */
  readonly events: readonly PainterEvent[];
  readonly picture: Report["picture"];
  readonly ended: boolean;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };
type State = Writable<Omit<Job, "events">> & { readonly events: PainterEvent[] };

export interface Jobs {
  /** Begins a job; one that runs is stopped for it. */
  begin(order: Omit<PaintOrder, "type" | "id">): Job;
  find(id: string): Job | undefined;
  /** The job that was begun last. */
  last(): Job | undefined;
  steer(order: Exclude<Order, PaintOrder | Question>): void;
  /** What the painter answers, which is started for it; undefined where it dies. */
  ask(question: Question): Promise<Answer["value"]>;
  /** Calls `listen` after every event; returns a function that ends that. */
  listen(listen: () => void): () => void;
  close(): void;
}

/** How many jobs are remembered. */
const MOST_JOBS = 4;

/** Jobs on processes that `start` makes: the first when a job needs it, another when one has died. */
export function createJobs(start: () => Painter = painterProcess): Jobs {
  const all: State[] = [];
  const listeners = new Set<() => void>();
  const waiting = new Map<number, (value: Answer["value"]) => void>();
  let tickets = 0;
  let painter: Painter | undefined;
  const record = (job: State, event: PainterEvent, picture?: Report["picture"]) => {
    job.events.push(event);
    if (picture) job.picture = picture;
    if (event.type === "done" || event.type === "failed") job.ended = true;
    for (const listen of listeners) listen();
  };
  const answered = ({ ticket, value }: Answer) => {
    waiting.get(ticket)?.(value);
    waiting.delete(ticket);
  };
  const started = (): Painter => {
    const made = start();
    made.onReport((report) => {
      if ("ticket" in report) return answered(report);
      const { id, event, picture } = report;
      const job = all.find((one) => one.id === id);
      if (job && !job.ended) record(job, event, picture);
    });
    made.onExit(() => {
      if (painter === made) painter = undefined;
      for (const ticket of waiting.keys()) answered({ ticket, value: undefined });
      const message = "The painting process ended unexpectedly; paint again, perhaps at a smaller size.";
      for (const job of all) if (!job.ended) record(job, { type: "failed", message });
    });
    return made;
  };
  return {
    begin(order) {
      for (const job of all) if (!job.ended) painter?.send({ type: "stop", id: job.id });
      const job: State = { id: randomUUID(), events: [], picture: undefined, ended: false };
      all.push(job);
      all.splice(0, all.length - MOST_JOBS);
      painter ??= started();
      painter.send({ ...order, type: "paint", id: job.id });
      return job;
    },
    find: (id) => all.find((job) => job.id === id),
    last: () => all.at(-1),
    steer: (order) => painter?.send(order),
    async ask(question) {
      painter ??= started();
      const ticket = ++tickets;
      painter.send({ ...question, ticket });
      return new Promise((resolve) => waiting.set(ticket, resolve));
    },
    listen(listen) {
      listeners.add(listen);
      return () => listeners.delete(listen);
    },
    close: () => painter?.kill(),
  };
}

function painterProcess(): Painter {
  const file = fileURLToPath(new URL("dist/server/painter.js", import.meta.resolve("pastiche/package.json")));
  const child = fork(file, { serialization: "advanced" });
  return {
    send: (order) => void (child.connected && child.send(order)),
    onReport: (listen) => void child.on("message", (report) => listen(report as Report | Answer)),
    onExit: (listen) => void child.on("exit", listen),
    kill: () => void child.kill(),
  };
}
