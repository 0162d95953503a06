/** The memory available to this process, on this machine or in its container. */

/** The number of bytes that this process may use in total: its own, and nine tenths of what is free. */
export function memoryToTake(): number {
  return process.memoryUsage.rss() + 0.9 * process.availableMemory();
}
