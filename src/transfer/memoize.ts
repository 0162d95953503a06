/** Functions that cache their last result. */

/** Caches the last result for the same arguments. */
export function memoizeLast<Args extends readonly unknown[], T>(make: (...args: Args) => T): (...args: Args) => T {
  let last: { args: Args; result: T } | undefined;
  return (...args) => {
    if (!last || args.some((arg, i) => arg !== last!.args[i])) last = { args, result: make(...args) };
    return last.result;
  };
}

/** Caches the last result of an asynchronous function of one argument, but no failure. */
export function memoizeLastAsync<Key, T>(load: (key: Key) => Promise<T>): (key: Key) => Promise<T> {
  let last: { key: Key; result: Promise<T> } | undefined;
  return (key) => {
    if (last?.key === key) return last.result;
    const result = load(key);
    last = { key, result };
    result.catch(() => {
      if (last?.result === result) last = undefined;
    });
    return result;
  };
}
