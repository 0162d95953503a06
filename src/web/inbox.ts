/** Messages in the order of their arrival, taken when they are wanted. */

export interface Inbox<T> {
  add(message: T): void;
  /** The next message; waits for it where there is none. */
  take(): Promise<T>;
}

/** An inbox for one reader. */
export function inbox<T>(): Inbox<T> {
  const messages: T[] = [];
  let waiting: ((message: T) => void) | undefined;
  return {
    add(message) {
      if (waiting) waiting(message);
      else messages.push(message);
      waiting = undefined;
    },
    take() {
      if (messages.length > 0) return Promise.resolve(messages.shift()!);
      return new Promise((resolve) => {
        waiting = resolve;
      });
    },
  };
}
