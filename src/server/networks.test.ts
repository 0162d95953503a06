/** The weights of VGG19 as the page asks for them: looked for, fetched with progress, removed. */
import { expect, test } from "vitest";
import { UserError } from "../node.ts";
import { networks, type WeightsAccess } from "./networks.ts";

/** A computer whose cache is a variable. */
function app(pull: WeightsAccess["pull"]) {
  let here = false;
  return networks({
    find: async () => (here ? { path: "vgg19.safetensors", origin: "cache" } : undefined),
    pull: async (backbone, options) => {
      const result = await pull(backbone, options);
      here = true;
      return result;
    },
    remove: async () => {
      here = false;
      return true;
    },
  });
}

const lines = async (answer: Response) =>
  (await answer.text())
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

test("fetched with progress, found, removed", async () => {
  const server = app(async ({ name }, { onProgress, onNote } = {}) => {
    expect(name).toBe("vgg19");
    onProgress?.(10, 80);
    onNote?.("Another mirror delivered it.");
    return { status: "downloaded", path: "vgg19.safetensors" };
  });
  const look = async () => (await server.request("/vgg19")).json();
  expect(await look()).toEqual({ here: false, removable: false });
  expect(await lines(await server.request("/vgg19/pull", { method: "POST" }))).toEqual([
    { received: 10, total: 80 },
    { note: "Another mirror delivered it." },
    { done: true },
  ]);
  expect(await look()).toEqual({ here: true, removable: true });
  expect((await server.request("/vgg19", { method: "DELETE" })).status).toBe(204);
  expect(await look()).toEqual({ here: false, removable: false });
});

test("what prevents a download is a sentence", async () => {
  const server = app(() => Promise.reject(new UserError("model", "There is no network here.")));
  const answer = await server.request("/vgg19/pull", { method: "POST" });
  expect(await lines(answer)).toEqual([{ message: "There is no network here." }]);
});

test("a page that leaves ends the download", async () => {
  let signal: AbortSignal | undefined;
  const server = app(async (_, options = {}) => {
    signal = options.signal as AbortSignal;
    return new Promise((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)));
  });
  const answer = await server.request("/vgg19/pull", { method: "POST" });
  await answer.body!.cancel();
  expect(signal!.aborted).toBe(true);
});
