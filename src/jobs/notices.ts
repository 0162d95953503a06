/** A queue of notes, so that a generator can yield them while it awaits something else. */
import type { NoteEvent } from "../transfer/events.ts";

export interface Notices {
  add(text: string): void;
  /** Waits for `work`, and yields what is added meanwhile at once. */
  during<T>(work: Promise<T>): AsyncGenerator<NoteEvent, T>;
}

export function noticeQueue(): Notices {
  const texts: string[] = [];
  let wake = () => {};
  return {
    add(text) {
      texts.push(text);
      wake();
    },
    async *during(work) {
      let ended = false;
      const end = work.finally(() => {
        ended = true;
      });
      end.catch(() => {}); // Thrown below, when it is awaited.
      while (!ended) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        if (texts.length === 0) await Promise.race([end.catch(() => {}), woken]);
        while (texts.length > 0) yield { type: "note", text: texts.shift()! };
      }
      return end;
    },
  };
}
