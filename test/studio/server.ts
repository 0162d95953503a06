/** `pastiche studio` as a process of its own, on a free port. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface Studio {
  /** With a slash at its end. */
  readonly url: string;
  close(): Promise<void>;
}

const bin = fileURLToPath(new URL("../../bin/pastiche.cjs", import.meta.url));

export async function startStudio(): Promise<Studio> {
  const child = spawn(process.execPath, [bin, "studio", "--no-open", "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout, "data");
  return {
    url: String(line).trim(),
    async close() {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}
