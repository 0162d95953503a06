/** `pastiche info`: versions, runtimes, networks and memory of this machine, for people and for bug reports. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import type { Context } from "../terminal/context.ts";

export function define(command: Command, context: Context): Command {
  return command.option("--json", "as JSON").action(async ({ json }: { json?: boolean }) => {
    const facts = await gather(await context.library());
    context.stdout.write(json ? `${JSON.stringify(facts, null, 2)}\n` : text(facts));
  });
}

async function gather({
  cacheFolder,
  findWeights,
  models,
  processors,
  runtimes,
  version,
}: Awaited<ReturnType<Context["library"]>>) {
  const os = await import("node:os");
  const networks: Record<string, string> = {};
  for (const backbone of Object.values(models)) {
    const weights = await findWeights(backbone);
    networks[backbone.name] = weights ? `here (${weights.origin})` : `not here: pastiche models pull ${backbone.name}`;
  }
  const found: Record<string, string> = {};
  for (const { name, probe } of runtimes) {
    const result = await probe();
    found[name] = result.ok ? "works" : `not here: ${result.reason}`;
  }
  return {
    pastiche: version,
    node: process.version,
    libraries: { "onnxruntime-node": versionOf("onnxruntime-node"), sharp: versionOf("sharp") },
    system: `${process.platform} ${process.arch}`,
    cores: processors(),
    memory: { total: os.totalmem(), free: os.freemem(), limit: limit() },
    runtimes: found,
    networks,
    cache: cacheFolder(),
  };
}

/** The memory this process may have, if less than the machine's; null if there is no limit. */
function limit(): number | null {
  const bytes = process.constrainedMemory();
  return bytes > 0 && bytes < 2 ** 53 ? bytes : null;
}

function versionOf(name: string): string {
  try {
    // Not every package lets its manifest be imported: it is read beside its entry, or above that.
    let folder = dirname(createRequire(import.meta.url).resolve(name));
    while (!existsSync(join(folder, "package.json")) || manifest(folder).name !== name) folder = dirname(folder);
    return manifest(folder).version;
  } catch {
    return "not installed";
  }
}

function manifest(folder: string): { name: string; version: string } {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

function text(facts: Awaited<ReturnType<typeof gather>>): string {
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  const rows = [
    ["pastiche", facts.pastiche],
    ["node", facts.node],
    ...Object.entries(facts.libraries),
    ["system", `${facts.system}, ${facts.cores} cores`],
    ["memory", `${gigabytes(facts.memory.free)} free of ${gigabytes(facts.memory.total)}`],
    ...Object.entries(facts.runtimes).map(([name, state]) => [`runtime ${name}`, state]),
    ...Object.entries(facts.networks).map(([name, state]) => [`network ${name}`, state]),
    ["cache", facts.cache],
  ];
  return rows.map(([name, value]) => `${name!.padEnd(16)} ${value}\n`).join("");
}
