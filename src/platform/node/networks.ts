/** Networks on Node: backbones with the weights that are on this machine. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { pocket } from "../../models/index.ts";
import type { Network } from "../../transfer/stylizer.ts";
import { readWeights } from "../../weights/read.ts";

export async function loadNetwork(_name: string): Promise<Network> {
  const path = fileURLToPath(new URL("../../../weights/pocket.safetensors", import.meta.url));
  return { backbone: pocket, weights: await readWeights(await readFile(path), pocket), digest: "" };
}
