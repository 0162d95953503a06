/**
 * Ctrl-C, TERM and HUP (the terminal was closed): the first asks the job to stop and save, a second Ctrl-C or TERM ends the
 * process at once. HUP often comes twice, from the terminal and from its shell, and is never the second.
 */
import { isatty } from "node:tty";

export interface Interruption {
  readonly signal: AbortSignal;
  /** From now on, the first signal asks; until then it ends the process. */
  listen(): void;
  /** The exit status of the signal that came: 130, 143 or 129. */
  status(): number;
  dispose(): void;
}

const statuses = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Is there a terminal that could be closed? Asked before it is: afterwards it is none any more. */
const attended = [0, 1, 2].some((stream) => isatty(stream));

/** `say` tells the user what the first signal does. */
export function interruption(say: (line: string) => void): Interruption {
  const controller = new AbortController();
  let status: number = statuses.SIGINT;
  const listeners = Object.entries(statuses).map(([signal, own]) => {
    const listener = () => {
      if (signal === "SIGHUP" && (!attended || controller.signal.aborted)) return;
      status = own;
      if (signal === "SIGHUP") process.once("exit", endBySignal);
      if (controller.signal.aborted) process.exit(status);
      say("Stopping after this step and saving what there is; once more ends at once.");
      controller.abort(new Error(`stopped by ${signal}`));
    };
    return [signal, listener] as const;
  });
  return {
    signal: controller.signal,
    listen() {
      for (const [signal, listener] of listeners) process.on(signal, listener);
    },
    status: () => status,
    dispose() {
      for (const [signal, listener] of listeners) process.off(signal, listener);
    },
  };
}

/**
 * The end of a process whose terminal was closed. Node would abort with a stack trace, as it cannot set a terminal back that
 * is not there any more.
 */
function endBySignal(): void {
  process.removeAllListeners("SIGHUP");
  process.kill(process.pid, "SIGHUP");
}

/** Where no stream is a terminal nobody closed one: HUP is nothing then (Node undoes what nohup does). */
export function ignoreHangup(): void {
  if (!attended) process.on("SIGHUP", () => {});
}
