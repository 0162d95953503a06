/** VGG19's weights in this browser: whether they are kept, and how they come and go. */

export type WeightsOrder = { readonly type: "look" | "remove" } | { readonly type: "import"; readonly file: Blob };

/** Does that, and tells whether the weights are kept afterwards. */
export function vgg19(order: WeightsOrder): Promise<boolean> {
  const worker = new Worker(new URL("./weights-worker.ts", import.meta.url), { type: "module", name: "weights" });
  const answer = new Promise<boolean>((resolve, reject) => {
    worker.addEventListener("message", ({ data: { kept, message } }) =>
      message === undefined ? resolve(kept) : reject(new Error(message)),
    );
    worker.addEventListener("error", () => reject(new Error("The weights could not be read: too little memory?")));
  });
  worker.postMessage(order);
  return answer.finally(() => worker.terminate());
}
