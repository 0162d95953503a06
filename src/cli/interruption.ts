/** Ctrl-C and TERM: the first asks the job to stop and save, the second ends the process at once. */

export interface Interruption {
  readonly signal: AbortSignal;
  /** The exit status of the signal that came: 130 or 143. */
  status(): number;
  dispose(): void;
}

/** Listens until disposed. `say` tells the user what the first signal does. */
export function interruption(say: (line: string) => void): Interruption {
  const controller = new AbortController();
  let status = 130;
  const on = (signal: "SIGINT" | "SIGTERM") => () => {
    status = signal === "SIGINT" ? 130 : 143;
    if (controller.signal.aborted) process.exit(status);
    say("Stopping after this step and saving what there is; once more ends at once.");
    controller.abort(new Error(`stopped by ${signal}`));
  };
  const listeners = { SIGINT: on("SIGINT"), SIGTERM: on("SIGTERM") };
  for (const [signal, listener] of Object.entries(listeners)) process.on(signal, listener);
  return {
    signal: controller.signal,
    status: () => status,
    dispose() {
      for (const [signal, listener] of Object.entries(listeners)) process.off(signal, listener);
    },
  };
}
