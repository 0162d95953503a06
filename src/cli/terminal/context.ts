/** What commands write to and run on: this process, or a substitute in tests. */
import type * as Library from "../../node.ts";

/** A stream that text is written to. */
export interface TextStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface Context {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  /** The library, loaded when a command runs, so that help is quick. */
  library(): Promise<typeof Library>;
  /** Sets what the process will exit with. */
  exitWith(status: number): void;
}

/** This process. */
export const processContext: Context = {
  stdout: process.stdout,
  stderr: process.stderr,
  library: () => import("../../node.ts"),
  exitWith(status) {
    process.exitCode = status;
  },
};
