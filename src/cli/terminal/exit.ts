/** Reports an error: a line on standard error and an exit status. */
import { CommanderError } from "commander";
import { cleaned, type ErrorCode, jsonLine, UserError } from "../../errors.ts";
import { shortage } from "../../platform/node/files/shortage.ts";
import type { TextStream } from "./context.ts";

/** Exit statuses; 130, 143 and 129 are for Ctrl-C, TERM and HUP. */
export const exitStatus: Readonly<Record<ErrorCode, number>> = {
  usage: 2,
  picture: 3,
  model: 4,
  resources: 5,
  diverged: 1,
  file: 1,
};

export interface ErrorOutput {
  /** Says what went wrong in one line and returns the exit status; a defect of ours keeps its stack for DEBUG. */
  report(error: unknown): number;
  /** One line; with DEBUG, where `error` comes from. */
  writeError(code: ErrorCode | "defect", message: string, error?: unknown): void;
}

/** Errors as text, or as `json` for a program that reads standard error line by line. */
export function errorOutput(stream: TextStream, json: boolean): ErrorOutput {
  const writeError: ErrorOutput["writeError"] = (code, message, error) => {
    const stack = process.env.DEBUG && error instanceof Error ? error.stack : undefined;
    if (json) {
      stream.write(`${jsonLine({ type: "error", code, message: message.trim(), stack })}\n`);
      return;
    }
    const lines = [`pastiche: ${message}`, ...(stack ? [stack] : [])].flatMap((text) => text.split("\n"));
    stream.write(`${lines.map(cleaned).join("\n")}\n`);
  };
  return {
    writeError,
    report(error) {
      if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitStatus.usage;
      if (error instanceof UserError) {
        writeError(error.code, error.message, error);
        return exitStatus[error.code];
      }
      const message = error instanceof Error ? error.message : String(error);
      if (error instanceof RangeError && /allocation failed|array (buffer )?length/i.test(message)) {
        writeError("resources", `out of memory (${message}). A smaller --size needs less.`);
        return exitStatus.resources;
      }
      const short = shortage(error, "The machine does not give what is needed");
      if (short) {
        writeError(short.code, short.message, error);
        return exitStatus[short.code];
      }
      writeError("defect", `an unexpected error (a defect of pastiche; DEBUG=1 shows where): ${message}`, error);
      return 1;
    },
  };
}
