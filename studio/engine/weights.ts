/** VGG19's weights, where the engine that paints looks for them: in this browser, or on this computer. */
import { manifestOf, requestPersistence } from "pastiche/web";

export interface Weights {
  readonly here: boolean;
  /** The studio brought them, and may remove them. */
  readonly removable: boolean;
}

/** The file that is published: its size, its licence, where it comes from. */
export const published = manifestOf("vgg19")!.files[0]!;

export type WeightsOrder = { readonly type: "look" | "remove" } | { readonly type: "import"; readonly file: Blob };

/** In this browser: does that, and resolves to what is kept afterwards. */
export async function inBrowser(order: WeightsOrder): Promise<Weights> {
  if (order.type === "import") void requestPersistence();
  const worker = new Worker(new URL("./weights-worker.ts", import.meta.url), { type: "module", name: "weights" });
  const answer = new Promise<Weights>((resolve, reject) => {
    worker.addEventListener("message", ({ data: { kept, message } }) =>
      message === undefined ? resolve({ here: kept, removable: kept }) : reject(new Error(message)),
    );
    worker.addEventListener("error", () => reject(new Error("The weights could not be read: too little memory?")));
  });
  worker.postMessage(order);
  return answer.finally(() => worker.terminate());
}

const ADDRESS = "./api/networks/vgg19";

/** On this computer: what is there, after removing it where that is wanted. */
export async function onComputer(type: "look" | "remove"): Promise<Weights> {
  if (type === "remove") await fetch(ADDRESS, { method: "DELETE" });
  const answer = await fetch(ADDRESS);
  if (!answer.ok) throw new Error("The studio's server does not answer; is it still running?");
  return answer.json();
}

/** What the server says of a download, a line each. */
type Line =
  | { readonly received: number; readonly total: number }
  | { readonly note: string }
  | { readonly message: string }
  | { readonly done: true };

/** Lets this computer fetch the published file. `onProgress` is told how much of it there is, 0 to 1. */
export async function fetchToComputer(onProgress: (share: number) => void): Promise<Weights> {
  const answer = await fetch(`${ADDRESS}/pull`, { method: "POST" });
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error("The download broke off; the next try goes on from there.");
    const lines = (text + value).split("\n");
    text = lines.pop()!;
    for (const line of lines) {
      const told: Line = JSON.parse(line);
      if ("received" in told) onProgress(told.received / told.total);
      if ("message" in told) throw new Error(told.message);
      if ("done" in told) return onComputer("look");
    }
  }
}
