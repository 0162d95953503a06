/** The whole command line as a parser, with only those commands loaded that the arguments are for. */
import { Command, type Help } from "commander";
import { version } from "../version.ts";
import { commands } from "./commands/index.ts";
import { foreignHint } from "./options/foreign.ts";
import type { Context } from "./terminal/context.ts";
import type { ErrorOutput } from "./terminal/exit.ts";

/** The parser for `args`, the words behind `pastiche`. Its errors are thrown, after their message was written. */
export async function commandLine(
  args: readonly string[],
  context: Context,
  writeError: ErrorOutput["writeError"] | undefined,
): Promise<Command> {
  const program = new Command("pastiche")
    .description("Neural style transfer: a photo and a painting in, the photo repainted out.")
    .version(version, "--version", "print the version")
    .helpOption("-h, --help", "print this help")
    .configureHelp({ subcommandTerm })
    .enablePositionalOptions();
  const [standard] = commands;
  const named = args[0] === "help" ? args[1] : args[0];
  const wanted = commands.find(({ name }) => name === named) ?? standard!;
  for (const entry of commands) {
    const command = new Command(entry.name).description(entry.description);
    if (entry === wanted) (await entry.load()).define(command, context);
    program.addCommand(command, { isDefault: entry === standard });
    if (entry !== wanted || entry !== standard) continue;
    program.addHelpText("after", () => `\n${helpOf(command).replace(/\n$/, "")}`);
  }
  return quiet(program, context, writeError);
}

/** What stands for a command in a list: an entry of the table need not be loaded for it. */
function subcommandTerm(this: Help, command: Command): string {
  const entry = commands.find(({ name }) => name === command.name());
  if (!entry || command.parent?.name() !== "pastiche") return Object.getPrototypeOf(this).subcommandTerm(command);
  return `${entry.name} ${entry.usage}`.trim();
}

/** A command's help with what stands behind it. */
function helpOf(command: Command): string {
  let text = "";
  const { writeOut } = command.configureOutput();
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  command.configureOutput({ writeOut: writeOut! });
  return text;
}

/** Errors are thrown instead of ending the process, by the command and all below it. */
function quiet(command: Command, context: Context, writeError: ErrorOutput["writeError"] | undefined): Command {
  command.exitOverride().showSuggestionAfterError();
  command.configureOutput({
    writeOut: (text) => context.stdout.write(text),
    writeErr: (text) => context.stderr.write(text),
    outputError(text, write) {
      const foreign = /unknown option '([^']+)'/.exec(text)?.[1];
      const hint = foreign === undefined ? undefined : foreignHint(foreign);
      const whole = hint === undefined ? text : `${text.trimEnd()}: ${hint}\n`;
      if (writeError) writeError("usage", whole.replace(/^error: /, ""));
      else write(whole);
    },
  });
  for (const child of command.commands) quiet(child, context, writeError);
  return command;
}
