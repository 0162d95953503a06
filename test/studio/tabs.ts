/**
 * Chromium with tabs that are hidden when another is in front: Playwright's pages believe that they are always seen. A client
 * of the DevTools protocol over Chromium's pipe, with the little that is needed for it.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { ARGS, path } from "../web/browser.ts";

export interface Tab {
  /** The value of an expression, awaited, as JSON. Rejects where it throws. */
  evaluate<Value>(expression: string): Promise<Value>;
  /** Waits until an expression is true. */
  until(expression: string): Promise<void>;
  /** Brings it to the front; the tab that was there is hidden. */
  show(): Promise<void>;
}

export interface Tabs {
  /** A new tab in front of the others. */
  open(url: string): Promise<Tab>;
  close(): Promise<void>;
}

interface Answer {
  readonly id?: number;
  // biome-ignore lint/suspicious/noExplicitAny: every method of the protocol has a result of its own.
  readonly result?: any;
  readonly error?: { readonly message: string };
}

export async function startTabs(): Promise<Tabs> {
  const profile = await mkdtemp(join(tmpdir(), "pastiche-tabs-"));
  const args = [...ARGS, "--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank"];
  const child = spawn(path!, args, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const [orders, answers] = [child.stdio[3] as Writable, child.stdio[4] as Readable];
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  let text = "";
  answers.setEncoding("utf8").on("data", (part: string) => {
    const messages = (text + part).split("\0");
    text = messages.pop()!;
    for (const message of messages) {
      const answer: Answer = JSON.parse(message);
      if (answer.id === undefined) continue;
      waiting.get(answer.id)?.(answer);
      waiting.delete(answer.id);
    }
  });
  async function send(method: string, params: object = {}, sessionId?: string) {
    last += 1;
    const id = last;
    const answer = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    orders.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    const { result, error } = await answer;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }
  return {
    async open(url) {
      const { targetId } = await send("Target.createTarget", { url });
      const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
      const tab: Tab = {
        async evaluate(expression) {
          const wanted = { expression, awaitPromise: true, returnByValue: true };
          const { result, exceptionDetails } = await send("Runtime.evaluate", wanted, sessionId);
          if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
          return result.value;
        },
        async until(expression) {
          // While a page is replaced by the one that was asked for, there is nothing to evaluate in.
          const now = () =>
            tab.evaluate(expression).catch((error: Error) => {
              if (!/execution context/i.test(error.message)) throw error;
            });
          while (!(await now())) await new Promise((resolve) => setTimeout(resolve, 100));
        },
        show: () => send("Target.activateTarget", { targetId }),
      };
      return tab;
    },
    async close() {
      child.kill();
      if (child.exitCode === null) await once(child, "exit");
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
