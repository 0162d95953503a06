#!/usr/bin/env node
/**
 * The command `pastiche`: which command runs, and what exit status an error becomes. Everything heavy is loaded by the
 * command that needs it, so that `--help` answers at once.
 */
import { Command, CommanderError } from "commander";
import { cleaned, type ErrorCode, jsonLine, UserError } from "../errors.ts";
import { shortage } from "../platform/node/shortage.ts";
import { foreignHint, oneDashed } from "./foreign-flags.ts";
import { outliveTerminals } from "./interruption.ts";
import { wantsJsonLines } from "./progress.ts";
import { version } from "./version.ts";

/** Exit statuses; 130, 143 and 129 are for Ctrl-C, TERM and HUP. */
const exitStatus: Readonly<Record<ErrorCode, number>> = {
  usage: 2,
  picture: 3,
  model: 4,
  resources: 5,
  diverged: 1,
  file: 1,
};

/** Standard error is for a program that reads JSON, line by line. */
const jsonLines = wantsJsonLines(process.argv);

/** The whole command line. Its modules are loaded here, after `--version` had its chance to answer without them. */
async function commandLine(): Promise<Command> {
  const { EXAMPLES, stylizeCommand } = await import("./stylize.ts");
  const { modelsCommand } = await import("./models.ts");
  const { infoCommand } = await import("./info.ts");
  const { resumeCommand } = await import("./resume.ts");
  const { replayCommand } = await import("./replay.ts");
  const { showCommand } = await import("./show.ts");
  const { planCommand } = await import("./plan.ts");
  const { recipesCommand } = await import("./recipes.ts");
  const { gridCommand } = await import("./grid.ts");
  const { featuresCommand } = await import("./features.ts");
  const { textureCommand } = await import("./texture.ts");
  const { reconstructCommand } = await import("./reconstruct.ts");
  const { studioCommand } = await import("./studio.ts");
  const stylize = stylizeCommand();
  const program = new Command("pastiche")
    .description("Neural style transfer: a photo and a painting in, the photo repainted out.")
    .version(version, "--version", "print the version")
    .helpOption("-h, --help", "print this help")
    .enablePositionalOptions()
    .addHelpText("after", () => `\n${stylize.helpInformation()}${EXAMPLES}`);
  program.addCommand(stylize, { isDefault: true });
  const others = [
    studioCommand(),
    resumeCommand(),
    showCommand(),
    replayCommand(),
    planCommand(),
    featuresCommand(),
    gridCommand(),
    textureCommand(),
    reconstructCommand(),
    recipesCommand(),
    modelsCommand(),
    infoCommand(),
  ];
  for (const command of others) program.addCommand(command);
  return quiet(program);
}

/** Errors are thrown instead of ending the process, by the command and all below it. */
function quiet(command: Command): Command {
  command.exitOverride().showSuggestionAfterError();
  command.configureOutput({
    outputError(text, write) {
      const foreign = /unknown option '([^']+)'/.exec(text)?.[1];
      const hint = foreign === undefined ? undefined : foreignHint(foreign);
      const whole = hint === undefined ? text : `${text.trimEnd()}: ${hint}\n`;
      if (jsonLines) complain("usage", whole.replace(/^error: /, ""));
      else write(whole);
    },
  });
  for (const child of command.commands) quiet(child);
  return command;
}

// Who reads has stopped reading: the end of `pastiche ... | head`. Without a reader there is nobody to tell either.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EIO") return; // The terminal was closed: a job that stops for that has other things to do.
  if (error.code !== "EPIPE") complain("file", `standard output: ${error.message}`);
  process.exit(error.code === "EPIPE" ? 0 : 1);
});
outliveTerminals();
// A job goes on when nobody listens to its progress any more.
process.stderr.on("error", () => {});

try {
  if (process.argv.length === 3 && process.argv[2] === "--version") process.stdout.write(`${version}\n`);
  else if (process.argv.length === 2) process.exitCode = await usage();
  else {
    const foreign = oneDashed(process.argv.slice(2));
    if (foreign !== undefined) throw new UserError("usage", `${foreign}: ${foreignHint(foreign)}.`);
    await (await commandLine()).parseAsync();
  }
} catch (error) {
  process.exitCode = report(error);
}

/** What `pastiche` alone is told; the exit status of a usage error. */
async function usage(): Promise<number> {
  const { stylizeCommand } = await import("./stylize.ts");
  const words = stylizeCommand().usage();
  process.stderr.write(`Usage: pastiche ${words}\nTry \`pastiche --help\` for every flag, with examples.\n`);
  return exitStatus.usage;
}

/** Says what went wrong in one line and returns the exit status; a defect of ours keeps its stack for DEBUG. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof UserError) {
    complain(error.code, error.message, error);
    return exitStatus[error.code];
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RangeError && /allocation failed|array (buffer )?length/i.test(message)) {
    complain("resources", `out of memory (${message}). A smaller --size needs less.`);
    return exitStatus.resources;
  }
  const short = shortage(error, "The machine does not give what is needed");
  if (short) {
    complain(short.code, short.message, error);
    return exitStatus[short.code];
  }
  complain("defect", `an unexpected error (a defect of pastiche; DEBUG=1 shows where): ${message}`, error);
  return 1;
}

/** One line on standard error, as words or as JSON; with DEBUG, where `error` comes from. */
function complain(code: ErrorCode | "defect", message: string, error?: unknown): void {
  const stack = process.env.DEBUG && error instanceof Error ? error.stack : undefined;
  if (jsonLines) {
    process.stderr.write(`${jsonLine({ type: "error", code, message: message.trim(), stack })}\n`);
    return;
  }
  const lines = [`pastiche: ${message}`, ...(stack ? [stack] : [])].flatMap((text) => text.split("\n"));
  process.stderr.write(`${lines.map(cleaned).join("\n")}\n`);
}
