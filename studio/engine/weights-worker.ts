/** Reads files of weights away from the page: they are large, and readers of three formats come with it. */
import { importWeights, isCached, removeWeights } from "pastiche/web";
import type { WeightsOrder } from "./weights.ts";

addEventListener("message", async ({ data }: MessageEvent<WeightsOrder>) => {
  try {
    if (data.type === "import") await importWeights("vgg19", data.file);
    if (data.type === "remove") await removeWeights("vgg19");
    postMessage({ kept: await isCached("vgg19") });
  } catch (error) {
    postMessage({ message: (error as Error).message });
  }
});
