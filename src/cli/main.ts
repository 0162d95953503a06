#!/usr/bin/env node
/**
 * The command `pastiche` as a process: its streams, its exit status. Everything is loaded by who needs it, so that
 * `--version` and `--help` answer at once.
 */
import { UserError } from "../errors.ts";
import { version } from "../version.ts";
import { foreignHint, oneDashed } from "./options/foreign.ts";
import { processContext } from "./terminal/context.ts";
import { errorOutput, exitStatus } from "./terminal/exit.ts";
import { ignoreHangup } from "./terminal/interruption.ts";
import { wantsJsonLines } from "./terminal/json-lines.ts";

/** Standard error is for a program that reads JSON, line by line. */
const jsonLines = wantsJsonLines(process.argv);
const { writeError, report } = errorOutput(process.stderr, jsonLines);

// The reader has closed the pipe, as in `pastiche ... | head`: then there is nobody to report to.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EIO") return; // The terminal was closed: a job that stops for that has other things to do.
  if (error.code !== "EPIPE") writeError("file", `standard output: ${error.message}`);
  process.exit(error.code === "EPIPE" ? 0 : 1);
});
ignoreHangup();
// A job goes on when nobody listens to its progress any more.
process.stderr.on("error", () => {});

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = report(error);
}

async function main(args: readonly string[]): Promise<void> {
  if (args.length === 1 && args[0] === "--version") {
    process.stdout.write(`${version}\n`);
    return;
  }
  if (args.length === 0) {
    process.stderr.write("Usage: pastiche [options] <content> <style...>\n");
    process.stderr.write("Try `pastiche --help` for every flag, with examples.\n");
    process.exitCode = exitStatus.usage;
    return;
  }
  const foreign = oneDashed(args);
  if (foreign !== undefined) throw new UserError("usage", `${foreign}: ${foreignHint(foreign)}.`);
  const { commandLine } = await import("./program.ts");
  const program = await commandLine(args, processContext, jsonLines ? writeError : undefined);
  await program.parseAsync(args, { from: "user" });
}
