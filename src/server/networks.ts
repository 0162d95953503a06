/** What the studio's page may do about this computer's weights of VGG19: look, fetch the published file, remove it. */
import { Hono } from "hono";
import { stream } from "hono/streaming";
import { findWeights, models, pullWeights, removeWeights } from "../node.ts";

/** How it is done; tests bring their own. */
export interface WeightsAccess {
  readonly find: typeof findWeights;
  readonly pull: typeof pullWeights;
  readonly remove: typeof removeWeights;
}

const { vgg19 } = models;

/** Milliseconds between two reports of a download. */
const EVERY = 200;

export function networks(
  access: WeightsAccess = { find: findWeights, pull: pullWeights, remove: removeWeights },
): Hono {
  const app = new Hono();
  app.get("/vgg19", async (context) => {
    const found = await access.find(vgg19);
    return context.json({ here: found !== undefined, removable: found?.origin === "cache" });
  });

  // One JSON object a line: the bytes so far, then `done` or a `message`. A page that leaves ends the download; the next
  // one goes on from there.
  app.post("/vgg19/pull", (context) =>
    stream(context, async (out) => {
      context.header("Content-Type", "application/x-ndjson");
      const leaving = new AbortController();
      out.onAbort(() => leaving.abort());
      const sendLine = (line: object) => out.writeln(JSON.stringify(line));
      let last = 0;
      const onProgress = (received: number, total: number) => {
        const now = performance.now();
        if (now - last < EVERY) return;
        last = now;
        void sendLine({ received, total });
      };
      try {
        await access.pull(vgg19, { signal: leaving.signal, onProgress, onNote: (note) => void sendLine({ note }) });
        await sendLine({ done: true });
      } catch (error) {
        if (!leaving.signal.aborted) await sendLine({ message: (error as Error).message });
      }
    }),
  );

  app.delete("/vgg19", async (context) => {
    await access.remove(vgg19);
    return context.body(null, 204);
  });
  return app;
}
