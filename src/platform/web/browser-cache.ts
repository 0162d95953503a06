/** Data that the library stores in the browser between visits: named entries in the browser's cache storage. */

/** Entries by name. Where the page may store nothing, it is empty and accepts nothing. */
export interface BrowserCache {
  /** The bytes stored under `name`; undefined if there are none. */
  get(name: string): Promise<Response | undefined>;
  /** Stores `body` under `name`; false if the browser refuses, for want of space above all. */
  put(name: string, body: BodyInit): Promise<boolean>;
  /** False if there was nothing of that name. */
  remove(name: string): Promise<boolean>;
  names(): Promise<string[]>;
}

/** The cache called `name`, which is to be changed when older entries can no longer be used. */
export function browserCache(name: string): BrowserCache {
  const open = (): Promise<Cache | undefined> | undefined => globalThis.caches?.open(name).catch(() => undefined);
  return {
    get: async (name) => (await open())?.match(keyOf(name)).catch(() => undefined),
    async put(name, body) {
      const opened = await open();
      const stored = await opened?.put(keyOf(name), new Response(body)).then(
        () => true,
        () => false,
      );
      return stored ?? false;
    },
    remove: async (name) => (await (await open())?.delete(keyOf(name)).catch(() => false)) ?? false,
    async names() {
      const keys = (await (await open())?.keys().catch(() => [])) ?? [];
      return keys.map(({ url }) => decodeURIComponent(new URL(url).pathname.slice(1)));
    },
  };
}

/** Cache keys must be URLs; nothing is ever fetched from this one. */
function keyOf(name: string): string {
  return `https://kept.invalid/${encodeURIComponent(name)}`;
}

/**
 * Asks the browser not to clear what is stored when space runs short; whether it agreed. Only a page can ask: in a worker,
 * and where the browser refuses, the answer is false.
 */
export async function requestPersistence(): Promise<boolean> {
  return (await globalThis.navigator?.storage?.persist?.().catch(() => false)) ?? false;
}
