/** How much memory there is for us: what this machine, or the container that we are in, has to spare. */

/** Bytes that this process may take in all without pressing others: what it has, and nine tenths of what is free. */
export function memoryToTake(): number {
  return process.memoryUsage.rss() + 0.9 * process.availableMemory();
}
