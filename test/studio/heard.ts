/** What a page hears of its job, for tests that wait for what passes in the page too fast to be seen. */
import type { Page } from "playwright-core";

export interface Heard {
  readonly type: string;
  readonly step?: number;
  readonly terms?: Readonly<Record<string, number>>;
}

/**
 * To be called before a page's scripts: notes what the page hears of its job, and when it asks for a change: from a worker's
 * ports, or from this computer.
 */
export function eavesdrop(): void {
  const heard: Heard[] = [];
  Object.assign(globalThis, { heard });
  const note = ({ type, step, terms }: Heard) => heard.push({ type, ...(step && { step }), ...(terms && { terms }) });
  const listening = (target: object, read: (data: never) => Heard | undefined) => {
    const { set } = Object.getOwnPropertyDescriptor(target, "onmessage")!;
    Object.defineProperty(target, "onmessage", {
      set(listen: (event: MessageEvent) => void) {
        set!.call(this, (event: MessageEvent) => {
          const told = read(event.data as never);
          if (told) note(told);
          listen.call(this, event);
        });
      },
    });
  };
  listening(MessagePort.prototype, (data: { type: string; event?: Heard }) => data.event);
  listening(EventSource.prototype, (data: string) => JSON.parse(data));
  const { postMessage } = MessagePort.prototype;
  MessagePort.prototype.postMessage = function (this: MessagePort, ...args: [{ type: string }, never]) {
    if (args[0].type === "adjust") note({ type: "turned" });
    postMessage.apply(this, args);
  };
  const { fetch } = globalThis;
  globalThis.fetch = (...args: Parameters<typeof fetch>) => {
    if (String(args[0]).endsWith("/adjust")) note({ type: "turned" });
    return fetch(...args);
  };
}

export const heard = (page: Page) => page.evaluate(() => (globalThis as unknown as { heard: Heard[] }).heard);

/** The first step of the job that was begun last, if that is among what was heard after the first `since` events. */
export const firstStep = async (page: Page, since = 0) => {
  const all = (await heard(page)).slice(since);
  const begun = all.findLastIndex(({ type }) => type === "start");
  return begun < 0 ? undefined : all.slice(begun).find(({ type }) => type === "step")?.step;
};

/** How many events of a type the page has heard. */
export const times = async (page: Page, type: string) => (await heard(page)).filter((one) => one.type === type).length;
