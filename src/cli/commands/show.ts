/** `pastiche show OUT.png`: how a result was made, as a command line that makes it again. */
import type { Command } from "commander";
import { jsonLine } from "../../errors.ts";
import type { Context } from "../terminal/context.ts";

interface ShowFlags {
  readonly all?: boolean;
  readonly json?: boolean;
}

export function define(command: Command, context: Context): Command {
  return command
    .argument("<picture>", "a result of pastiche")
    .option("--all", "every setting, not only those that differ from the defaults")
    .option("--json", "all that the picture says, as JSON")
    .action(async (path: string, { all, json }: ShowFlags) => {
      const { jobs, nodeFiles } = await context.library();
      const made = await jobs.readResultRecord(path, nodeFiles);
      const text = json ? jsonLine(made, 2) : jobs.commandLine(jobs.commandWords(made, all));
      context.stdout.write(`${text}\n`);
    });
}
