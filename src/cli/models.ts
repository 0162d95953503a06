/**
 * `pastiche models`: lists, gets, checks and removes network weights. Speaks to the user and refuses to know how any of it
 * is done. What does the work is loaded when a command runs, so that `--help` stays quick.
 */
import { Argument, Command, Option } from "commander";
import { cleaned, invalid, jsonLine, UserError } from "../errors.ts";
import type { Backbone } from "../models/backbone.ts";
import { type Convention, type ConventionName, conventionNames } from "../weights/layouts.ts";

/** The command with its subcommands. Their actions throw `UserError`s. */
export function modelsCommand(): Command {
  const command = new Command("models")
    .description("list, download, import, check and remove network weights")
    .addHelpText("after", environmentHelp);
  const json = () => new Option("--json", "one JSON value on stdout");
  const name = () => new Argument("[name]", "a network's name").default("vgg19");
  command
    .command("list", { isDefault: true })
    .description("the networks and whether they are installed")
    .addOption(json())
    .action(list);
  command.command("pull").description("download a network's weights").addArgument(name()).action(pull);
  command
    .command("import")
    .description("take over a weights file that you have: Keras .h5, PyTorch .pth, .safetensors")
    .argument("<file>", "the file")
    .option("--model <name>", "the network that it holds", "vgg19")
    .addOption(
      new Option("--convention <of>", "how its pictures were prepared [what its names tell]").choices(conventionNames),
    )
    .action(importFile);
  command
    .command("verify")
    .description("check installed weights against their digests")
    .argument("[name]", "a network's name (default: all that are installed)")
    .addOption(json())
    .action(verify);
  command
    .command("path")
    .description("print where a network's weights are")
    .addArgument(name())
    .addOption(json())
    .action(path);
  command
    .command("remove")
    .description("remove a network's weights from the cache")
    .argument("<name>", "a network's name")
    .action(remove);
  return command;
}

const environmentHelp = `
Environment:
  PASTICHE_HOME        the folder for weights, instead of the system's folder for caches
  PASTICHE_MODELS_URL  a folder on a web server that has the published files, instead of the publishers' servers
  PASTICHE_OFFLINE=1   never use the network`;

async function list({ json }: { json?: boolean }): Promise<void> {
  const { findWeights } = await import("../platform/node/weights.ts");
  const { manifestOf } = await import("../weights/manifest.ts");
  const rows = [];
  for (const backbone of await backbones()) {
    const found = await findWeights(backbone);
    const { licence, credit } = manifestOf(backbone.name) ?? { licence: "unknown", credit: "unknown" };
    const { name, summary } = backbone;
    rows.push({
      name,
      installed: found !== undefined,
      origin: found?.origin ?? null,
      path: found?.path ?? null,
      summary,
      licence,
      credit,
    });
  }
  if (json) return printJson(rows);
  for (const row of rows) {
    print(
      `${row.name.padEnd(8)} ${(row.installed ? origins[row.origin!] : "not installed").padEnd(14)} ${row.summary}`,
    );
    print(`${" ".repeat(24)}${row.licence}; ${row.credit}`);
  }
}

const origins = { package: "in the package", cache: "installed", keras: "Keras has it", torch: "PyTorch has it" };

async function pull(name: string): Promise<void> {
  const { pullWeights } = await import("../platform/node/weights-pull.ts");
  const backbone = await backboneOf(name);
  const bar = progressBar(`Downloading ${name}`);
  const { interruption } = await import("./interruption.ts");
  const stop = interruption(() => {});
  try {
    const result = await pullWeights(backbone, {
      signal: stop.signal,
      onProgress: bar.show,
      onNote(note) {
        bar.clear();
        process.stderr.write(`${cleaned(note)}\n`);
      },
    });
    bar.clear();
    if (result.status === "present") print(`${name} is installed already: ${result.path}`);
    else print(`${name} is installed, from ${result.file}: ${result.path}`);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    bar.clear();
    process.stderr.write(`Interrupted; \`pastiche models pull ${name}\` goes on from there.\n`);
    process.exitCode = stop.status();
  } finally {
    bar.clear();
    stop.dispose();
  }
}

async function importFile(
  file: string,
  { model, convention }: { model: string; convention?: ConventionName },
): Promise<void> {
  const { importWeights } = await import("../platform/node/weights.ts");
  const notes: string[] = [];
  const onConvention = ({ name, summary }: Convention) => {
    const others = convention ? "" : "; if that is wrong, import it again with --convention";
    notes.push(`Note: its pictures are taken to be prepared as ${name} has them (${summary})${others}.`);
  };
  const { path, official } = await importWeights(file, await backboneOf(model), { convention, onConvention });
  if (official === undefined) {
    notes.push("Note: this is not one of the published files; its numbers are taken on trust.");
    process.stderr.write(`${notes.map(cleaned).join("\n")}\n`);
  }
  print(`${model} is installed, from ${file}: ${path}`);
}

async function verify(name: string | undefined, { json }: { json?: boolean }): Promise<void> {
  const { findWeights, loadWeights } = await import("../platform/node/weights.ts");
  const { cachedWeights } = await import("../platform/node/weights-cache.ts");
  const rows = [];
  for (const backbone of name === undefined ? await backbones() : [await backboneOf(name)]) {
    const found = await findWeights(backbone);
    // Files of Keras and PyTorch become ours, and are checked, when they are first used.
    if (name === undefined && (found === undefined || found.file !== undefined)) continue;
    const { digest } = (await cachedWeights(backbone, { verify: true })) ?? (await loadWeights(backbone));
    rows.push({ name: backbone.name, ok: true, digest, path: found?.path ?? null });
  }
  if (json) return printJson(rows);
  for (const row of rows) print(`${row.name.padEnd(8)} ok  sha256 ${row.digest}`);
}

async function path(name: string, { json }: { json?: boolean }): Promise<void> {
  const { findWeights } = await import("../platform/node/weights.ts");
  const found = await findWeights(await backboneOf(name));
  if (found === undefined) {
    throw new UserError("model", `${name} is not installed; get it with \`pastiche models pull ${name}\`.`);
  }
  if (json) return printJson({ name, path: found.path, origin: found.origin });
  print(found.path);
}

async function remove(name: string): Promise<void> {
  const { removeWeights } = await import("../platform/node/weights.ts");
  const removed = await removeWeights(await backboneOf(name));
  print(removed ? `${name} is removed from the cache.` : `${name} was not in the cache; nothing to remove.`);
}

async function backbones(): Promise<Backbone[]> {
  return Object.values(await import("../models/index.ts"));
}

async function backboneOf(name: string): Promise<Backbone> {
  const all = await backbones();
  const found = all.find((backbone) => backbone.name === name);
  if (found === undefined) throw invalid("usage", "The network's name", all.map((one) => one.name).join(" or "), name);
  return found;
}

/** A line on stderr that is drawn over itself, at most ten times a second; nothing where stderr is no terminal. */
function progressBar(label: string): { show(received: number, total: number): void; clear(): void } {
  const terminal = process.stderr.isTTY && process.env.TERM !== "dumb";
  let shown = 0;
  return {
    show(received, total) {
      const now = performance.now();
      if (!terminal || (now - shown < 100 && received < total)) return;
      shown = now;
      const filled = Math.floor((24 * received) / total);
      const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
      const bar = "#".repeat(filled) + "-".repeat(24 - filled);
      process.stderr.write(`\r${label} [${bar}] ${megabytes(received)} of ${megabytes(total)} MB`);
    },
    clear() {
      if (shown > 0) process.stderr.write("\r\u001b[K");
      shown = 0;
    },
  };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function printJson(value: unknown): void {
  print(jsonLine(value));
}
