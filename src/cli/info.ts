/** `pastiche info`: versions, runtimes, networks and memory of this machine, for people and for bug reports. */
import { Command } from "commander";
import { version } from "./version.ts";

export function infoCommand(): Command {
  return new Command("info")
    .description("versions, runtimes, networks and memory of this machine")
    .option("--json", "as JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const facts = await gather();
      process.stdout.write(json ? `${JSON.stringify(facts, null, 2)}\n` : text(facts));
    });
}

async function gather() {
  const os = await import("node:os");
  const { runtimes } = await import("../platform/node/runtimes.ts");
  const { cacheFolder } = await import("../platform/node/cache-folder.ts");
  const found: Record<string, string> = {};
  for (const { name, probe } of runtimes) {
    const result = await probe();
    found[name] = result.ok ? "works" : `not here: ${result.reason}`;
  }
  return {
    pastiche: version,
    node: process.version,
    system: `${process.platform} ${process.arch}`,
    cores: os.availableParallelism(),
    memory: { total: os.totalmem(), free: os.freemem(), limit: process.constrainedMemory() },
    runtimes: found,
    cache: cacheFolder(),
  };
}

function text(facts: Awaited<ReturnType<typeof gather>>): string {
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  const rows = [
    ["pastiche", facts.pastiche],
    ["node", facts.node],
    ["system", `${facts.system}, ${facts.cores} cores`],
    ["memory", `${gigabytes(facts.memory.free)} free of ${gigabytes(facts.memory.total)}`],
    ...Object.entries(facts.runtimes).map(([name, state]) => [`runtime ${name}`, state]),
    ["cache", facts.cache],
  ];
  return rows.map(([name, value]) => `${name!.padEnd(16)} ${value}\n`).join("");
}
