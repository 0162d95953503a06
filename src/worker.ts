/**
 * The script of a worker that computes for a page: see `createWorkerStylizer` in `pastiche/web`.
 *
 * @example
 * ```ts
 * const worker = new Worker(new URL("pastiche/worker", import.meta.url), { type: "module" });
 * ```
 */
import { listen } from "./web/worker-host.ts";

listen(globalThis);
