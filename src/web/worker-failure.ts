/** Tells everyone who waits for a worker when it breaks down. */
import { UserError } from "../errors.ts";
import { withResolvers } from "../transfer/run/run.ts";

export interface WorkerFailure {
  /** Calls `fail` if the worker breaks down, until the returned function is called. */
  onFailure(fail: (error: Error) => void): () => void;
  /** The same promise, rejected with a `resources` error if the worker breaks down first. */
  whileAlive<T>(promise: Promise<T>): Promise<T>;
  /**
   * Waits for the lock that the worker holds while it lives: a worker that is terminated, or that the browser ends for want
   * of memory, sends no error.
   */
  watchLock(name: string): void;
  /** Ends the wait for the lock. */
  close(): void;
}

/** Watches `worker` from now on. */
export function workerFailure(worker: Worker): WorkerFailure {
  const listeners = new Set<(error: Error) => void>();
  const closing = new AbortController();
  const breakDown = (why = "") => {
    const error = new UserError("resources", `The worker broke down${why}. Begin again with a new one.`);
    for (const fail of listeners) fail(error);
  };
  worker.addEventListener("error", ({ message }) => breakDown(message && ` (${message})`));
  const onFailure: WorkerFailure["onFailure"] = (fail) => {
    listeners.add(fail);
    return () => listeners.delete(fail);
  };
  return {
    onFailure,
    whileAlive<T>(promise: Promise<T>) {
      const failure = withResolvers<T>();
      const leave = onFailure(failure.reject);
      return Promise.race([promise, failure.promise]).finally(leave);
    },
    watchLock(name) {
      navigator.locks?.request(name, { signal: closing.signal }, () => breakDown()).catch(() => {});
    },
    close: () => closing.abort(),
  };
}
