/** The engines of this browser: a worker that paints with WebAssembly or WebGPU. A worker that dies is replaced. */
import type { Engine, Running, Told } from "./engine.ts";
import type { Order, Report } from "./protocol.ts";

let worker: Worker | undefined;
let count = 0;
const listeners = new Map<number, (told: Told) => void>();

/** `runtime` is a name that `openRuntime` of `pastiche/web` takes. */
export function browserEngine(runtime: string): Engine {
  return {
    name: runtime,
    paint(job, listen): Running {
      const id = ++count;
      listeners.set(id, listen);
      send({ type: "paint", id, runtime, job });
      return {
        adjust: (changes) => send({ type: "adjust", id, changes }),
        pause: () => send({ type: "pause", id }),
        resume: () => send({ type: "resume", id }),
        stop: () => send({ type: "stop", id }),
      };
    },
  };
}

function send(order: Order): void {
  worker ??= start();
  worker.postMessage(order);
}

function start(): Worker {
  const started = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "pastiche" });
  started.addEventListener("message", ({ data: { id, told } }: MessageEvent<Report>) => {
    listeners.get(id)?.(told);
    if (told.type === "done" || told.type === "stopped" || told.type === "failed") listeners.delete(id);
  });
  started.addEventListener("error", ({ message }) => {
    started.terminate();
    if (worker === started) worker = undefined;
    const lost = [...listeners.values()];
    listeners.clear();
    for (const listen of lost)
      listen({ type: "failed", message: `The painter stopped (${message || "no reason given"}). Paint again.` });
  });
  return started;
}
