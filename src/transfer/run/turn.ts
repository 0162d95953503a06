/** A turn of the event loop between two steps. */

/**
 * Resolves in a later task, so that messages, timers and aborts that arrived meanwhile are handled first. On WebAssembly
 * a step is one task and promises alone never leave it.
 */
export function eventLoopTurn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
