/** The folders with network weights on this machine: ours, Keras's and PyTorch's, from the environment alone. */
import { homedir } from "node:os";
import { join } from "node:path";

/** The part of the environment that matters; replaceable in tests. */
export interface Environment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly home: string;
}

const here = (): Environment => ({ env: process.env, platform: process.platform, home: homedir() });

/** Our cache: PASTICHE_HOME, else the platform's cache folder (XDG on Linux). */
export function cacheFolder({ env, platform, home }: Environment = here()): string {
  if (env.PASTICHE_HOME) return env.PASTICHE_HOME;
  if (platform === "darwin") return join(home, "Library", "Caches", "pastiche");
  if (platform === "win32") return join(env.LOCALAPPDATA || join(home, "AppData", "Local"), "pastiche");
  return join(env.XDG_CACHE_HOME || join(home, ".cache"), "pastiche");
}

/** The download folder of Keras (`keras.utils.get_file`) or PyTorch (`torch.hub`). */
export function foreignFolder(program: "keras" | "torch", { env, home }: Environment = here()): string {
  if (program === "keras") return join(env.KERAS_HOME || join(home, ".keras"), "models");
  const torch = env.TORCH_HOME || join(env.XDG_CACHE_HOME || join(home, ".cache"), "torch");
  return join(torch, "hub", "checkpoints");
}
