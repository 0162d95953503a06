/** `pastiche studio` as a process of its own, on a free port. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface Studio {
  /** With the token: to be opened once. */
  readonly url: string;
  /** With a slash at its end. */
  readonly origin: string;
  readonly pid: number;
  close(): Promise<void>;
}

const bin = fileURLToPath(new URL("../../bin/pastiche.cjs", import.meta.url));

export async function startStudio(env: Readonly<Record<string, string>> = {}): Promise<Studio> {
  const child = spawn(process.execPath, [bin, "studio", "--no-open", "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  const [line] = await once(child.stdout, "data");
  const url = String(line).trim();
  return {
    url,
    origin: `${new URL(url).origin}/`,
    pid: child.pid!,
    async close() {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}
