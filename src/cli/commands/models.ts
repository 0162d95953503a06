/** `pastiche models`: lists, downloads, imports, checks and removes network weights. */
import { Argument, type Command, Option } from "commander";
import { choice, cleaned, invalid, UserError } from "../../errors.ts";
import type { Backbone } from "../../node.ts";
import { type Convention, type ConventionName, conventionNames } from "../../weights/layouts.ts";
import type { Context } from "../terminal/context.ts";
import { interruption } from "../terminal/interruption.ts";
import { blocks, statusLine } from "../terminal/status-line.ts";
import { printJson } from "../terminal/streams.ts";

/** Adds the subcommands. Their actions throw `UserError`s. */
export function define(command: Command, context: Context): Command {
  command.addHelpText("after", environmentHelp);
  const json = () => new Option("--json", "one JSON value on stdout");
  const name = () => new Argument("[name]", "a network's name").default("vgg19");
  command
    .command("list", { isDefault: true })
    .description("the networks and whether they are installed")
    .addOption(json())
    .action(bound(list));
  command.command("pull").description("download a network's weights").addArgument(name()).action(bound(pull));
  command
    .command("import")
    .description("take over a weights file that you have: Keras .h5, PyTorch .pth, .safetensors")
    .argument("<file>", "the file")
    .option("--model <name>", "the network that it holds", "vgg19")
    .addOption(
      new Option("--convention <of>", "the preprocessing of the network's pictures [recognised by the names]").choices(
        conventionNames,
      ),
    )
    .action(bound(importFile));
  command
    .command("verify")
    .description("check installed weights against their digests")
    .argument("[name]", "a network's name (default: all that are installed)")
    .addOption(json())
    .action(bound(verify));
  command
    .command("path")
    .description("print where a network's weights are")
    .addArgument(name())
    .addOption(json())
    .action(bound(path));
  command
    .command("remove")
    .description("remove a network's weights from the cache")
    .argument("<name>", "a network's name")
    .action(bound(remove));
  return command;

  /** An action that is given the context first. */
  function bound<Args extends unknown[]>(action: (context: Context, ...args: Args) => Promise<void>) {
    return (...args: Args) => action(context, ...args);
  }
}

const environmentHelp = `
Environment:
  PASTICHE_HOME        the folder for weights, instead of the system's folder for caches
  PASTICHE_MODELS_URL  a folder on a web server that has the published files, instead of the publishers' servers
  PASTICHE_OFFLINE=1   never download`;

async function list(context: Context, { json }: { json?: boolean }): Promise<void> {
  const { findWeights, manifestOf } = await context.library();
  const rows = [];
  for (const backbone of await backbones(context)) {
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
  if (json) return printJson(rows, context.stdout);
  for (const row of rows) {
    print(
      context,
      `${row.name.padEnd(8)} ${(row.installed ? origins[row.origin!] : "not installed").padEnd(14)} ${row.summary}`,
    );
    print(context, `${" ".repeat(24)}${row.licence}; ${row.credit}`);
  }
}

const origins = { package: "in the package", cache: "installed", keras: "Keras has it", torch: "PyTorch has it" };

async function pull(context: Context, name: string): Promise<void> {
  const { pullWeights } = await context.library();
  const backbone = await backboneOf(context, name);
  const bar = process.env.TERM === "dumb" || !context.stderr.isTTY ? undefined : statusLine(context.stderr);
  const stop = interruption(() => {});
  stop.listen();
  try {
    const result = await pullWeights(backbone, {
      signal: stop.signal,
      onProgress: (received, total) =>
        bar?.draw(
          () =>
            `Downloading ${name}  ${blocks(received / total)} ${Math.floor((100 * received) / total)}%  ${megabytes(received)} of ${megabytes(total)} MB`,
          received === total,
        ),
      onNote(note) {
        bar?.clear();
        context.stderr.write(`${cleaned(note)}\n`);
      },
    });
    bar?.clear();
    if (result.status === "present") print(context, `${name} is installed already: ${result.path}`);
    else print(context, `${name} is installed, from ${result.file}: ${result.path}`);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    bar?.clear();
    context.stderr.write(`Interrupted; \`pastiche models pull ${name}\` goes on from there.\n`);
    context.exitWith(stop.status());
  } finally {
    bar?.clear();
    stop.dispose();
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

async function importFile(
  context: Context,
  file: string,
  { model, convention }: { model: string; convention?: ConventionName },
): Promise<void> {
  const { importWeights } = await context.library();
  const notes: string[] = [];
  const onConvention = ({ name, summary }: Convention) => {
    const others = convention ? "" : "; if that is wrong, import it again with --convention";
    notes.push(`Note: its pictures are taken to be prepared as ${name} has them (${summary})${others}.`);
  };
  const { path, official } = await importWeights(file, await backboneOf(context, model), { convention, onConvention });
  if (official === undefined) {
    notes.push("Note: this is not one of the published files; its numbers are taken on trust.");
    context.stderr.write(`${notes.map(cleaned).join("\n")}\n`);
  }
  print(context, `${model} is installed, from ${file}: ${path}`);
}

async function verify(context: Context, name: string | undefined, { json }: { json?: boolean }): Promise<void> {
  const { findWeights, verifyWeights } = await context.library();
  const rows = [];
  for (const backbone of name === undefined ? await backbones(context) : [await backboneOf(context, name)]) {
    const found = await findWeights(backbone);
    // Files of Keras and PyTorch become ours, and are checked, when they are first used.
    if (name === undefined && (found === undefined || found.file !== undefined)) continue;
    const { digest } = await verifyWeights(backbone);
    rows.push({ name: backbone.name, ok: true, digest, path: found?.path ?? null });
  }
  if (json) return printJson(rows, context.stdout);
  for (const row of rows) print(context, `${row.name.padEnd(8)} ok  sha256 ${row.digest}`);
}

async function path(context: Context, name: string, { json }: { json?: boolean }): Promise<void> {
  const { findWeights } = await context.library();
  const found = await findWeights(await backboneOf(context, name));
  if (found === undefined) {
    throw new UserError("model", `${name} is not installed; get it with \`pastiche models pull ${name}\`.`);
  }
  if (json) return printJson({ name, path: found.path, origin: found.origin }, context.stdout);
  print(context, found.path);
}

async function remove(context: Context, name: string): Promise<void> {
  const { removeWeights } = await context.library();
  const removed = await removeWeights(await backboneOf(context, name));
  print(context, removed ? `${name} is removed from the cache.` : `${name} was not in the cache; nothing to remove.`);
}

async function backbones(context: Context): Promise<Backbone[]> {
  return Object.values((await context.library()).models);
}

async function backboneOf(context: Context, name: string): Promise<Backbone> {
  const all = await backbones(context);
  const found = all.find((backbone) => backbone.name === name);
  if (found === undefined) throw invalid("usage", "The network's name", choice(all.map((one) => one.name)), name);
  return found;
}

function print({ stdout }: Context, line: string): void {
  stdout.write(`${line}\n`);
}
