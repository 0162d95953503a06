/** The runtimes of Node, and which of them is taken. What they are, their own files know. */
import { UserError } from "../../errors.ts";
import { cpu } from "../../runtimes/node-cpu.ts";
import type { Runtime, RuntimeChoice, RuntimeOptions } from "../../runtimes/runtime.ts";

/** The runtimes that Node can have, the fastest first. */
export const runtimes: readonly RuntimeChoice[] = [cpu];

/** The runtime of that name; `auto` is the fastest that is really there. Errors: `usage`, `resources`. */
export async function openRuntime(name = "auto", options: RuntimeOptions = {}): Promise<Runtime> {
  if (name === "auto") {
    for (const choice of runtimes) if ((await choice.probe()).ok) return choice.open(options);
  }
  const choice = runtimes.find((one) => one.name === name);
  if (!choice) {
    const names = ["auto", ...runtimes.map((one) => one.name)].join(", ");
    throw new UserError("usage", `--runtime: expected one of ${names}, got ${JSON.stringify(name)}.`);
  }
  const probe = await choice.probe();
  if (!probe.ok) throw new UserError("resources", `The ${name} runtime does not work here: ${probe.reason}`);
  return choice.open(options);
}
