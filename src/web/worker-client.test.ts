/** What a page cannot send to a worker is refused in a sentence, on the page. */
import { afterEach, expect, test } from "vitest";
import { blank } from "../image/image.ts";
import type { OpenMessage } from "./protocol.ts";
import { createWorkerStylizer, type WorkerStylizerOptions } from "./worker-client.ts";

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** A worker that is ready at once, and clones what it is sent as a real one does. */
function worker(): Worker {
  return {
    addEventListener() {},
    postMessage(message: OpenMessage, [port]: MessagePort[]) {
      structuredClone(message);
      ports.push(port!);
      port!.postMessage({ type: "ready" });
    },
  } as unknown as Worker;
}

const open = (options: object) => createWorkerStylizer(worker(), options as WorkerStylizerOptions);
const usage = (message: RegExp) => ({ name: "UserError", code: "usage", message: expect.stringMatching(message) });

test.each<[string, object, RegExp]>([
  [
    "an option that is a function",
    { threads: () => 2 },
    /^threads: it cannot be sent to a worker \(.+\); give plain data/,
  ],
  ["a function inside of one", { weights: { vgg19: { read() {} } } }, /^weights: it cannot be sent to a worker/],
  ["an option and another", { memory: Symbol("all"), eightBits: () => true }, /^memory or eightBits: it cannot/],
  ["an open runtime", { runtime: { name: "mine", load() {} } }, /^runtime: what has functions cannot go to a worker/],
])("%s is named", async (_, options, message) => {
  await expect(open(options)).rejects.toMatchObject(usage(message));
});

test("so is a part of a job, and of its options", async () => {
  // Node 20 has no navigator; without locks, a page is not told of a worker's end.
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  const stylizer = await open({});
  const image = blank({ width: 16, height: 16 });
  const job = { content: image, style: image };
  const failing: [object, object, RegExp][] = [
    [{ ...job, start: { ...image, read() {} } }, {}, /^start: it cannot be sent to a worker/],
    [{ ...job, losses: [] }, {}, /^losses: what has functions cannot go to a worker/],
    [job, { wantsImage: () => true }, /^wantsImage: a function cannot go to a worker/],
    [job, { trial: Symbol("share") }, /^trial: it cannot be sent to a worker/],
  ];
  for (const [given, options, message] of failing)
    await expect(stylizer.stylize(given as typeof job, options)).rejects.toMatchObject(usage(message));
});

test("so is a change that cannot be sent", async () => {
  const stylizer = await open({});
  const image = blank({ width: 16, height: 16 });
  const run = stylizer.stylize({ content: image, style: image });
  await expect(run.adjust({ tv: (() => 1) as never })).rejects.toMatchObject(usage(/^tv: it cannot be sent/));
});
