/** Starts the service worker, where the studio is on a web host of its own. */

/** Once it answers for the page, the page is loaded anew, if only then it is isolated. */
export async function keepForOffline(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register("./service-worker.js");
    if (globalThis.crossOriginIsolated || sessionStorage.getItem("isolated")) return;
    await navigator.serviceWorker.ready;
    // Where it does not help, once is enough.
    sessionStorage.setItem("isolated", "tried");
    location.reload();
  } catch {
    // A private window, or storage that is full: the studio works all the same, as long as the network does.
  }
}
