/** The built command, run as a user runs it, in a folder of its own. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { blank, type Image } from "../../src/image/image.ts";
import { encodePicture } from "../../src/platform/node/pictures/write.ts";

const main = fileURLToPath(new URL("../../dist/command/main.js", import.meta.url));

/** An empty folder that is removed after the tests. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "pastiche-"));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export interface Ended {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly milliseconds: number;
}

interface RunOptions {
  readonly cwd: string;
  readonly input?: Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with standard error so far; may send a signal, once. */
  readonly watch?: (stderr: string, kill: (signal: NodeJS.Signals) => void, pid: number) => void;
  /** Redirections or limits for a shell: `> /dev/full` or, before the command, `ulimit -n 20;`. */
  readonly shell?: string;
}

/** Runs `pastiche` with `args` to its end. The cache says that eight bits do not gain, and nothing is downloaded. */
export function pastiche(args: readonly string[], { cwd, input, env = {}, watch, shell }: RunOptions): Promise<Ended> {
  const start = performance.now();
  const home = join(cwd, ".cache");
  if (!existsSync(join(home, "measured.json"))) {
    mkdirSync(home, { recursive: true });
    // A measurement would depend on the load of the machine.
    writeFileSync(join(home, "measured.json"), '{ "steps in eight bits": false }');
  }
  const command = shell?.endsWith(";") ? `${shell} "$@"` : `"$@" ${shell}`;
  const words = [...(shell ? ["bash", "-c", command, "bash"] : []), process.execPath, main, ...args];
  const child = spawn(words[0]!, words.slice(1), {
    cwd,
    env: {
      ...process.env,
      PASTICHE_HOME: home,
      PASTICHE_OFFLINE: "1",
      KERAS_HOME: cwd,
      TORCH_HOME: cwd,
      ...env,
    },
  });
  const out: Buffer[] = [];
  let stderr = "";
  child.stdout.on("data", (part) => out.push(part));
  child.stderr.on("data", (part) => {
    stderr += part;
    watch?.(stderr, (signal) => child.killed || child.kill(signal), child.pid!);
  });
  child.stdin.on("error", () => {}); // Refused before it was read.
  child.stdin.end(input ?? "");
  return new Promise((resolve) => {
    child.on("close", (status) => {
      resolve({ status, stdout: Buffer.concat(out), stderr, milliseconds: performance.now() - start });
    });
  });
}

/** Few steps at a small size. */
export const quick = ["-s", "48", "-n", "3", "--first-steps", "3", "--min-size", "32"];

/** A picture with gradients and a disc. */
export function scene(width: number, height: number): Image {
  const image = blank({ width, height });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const disc = Math.hypot(x - width / 2, y - height / 2) < height / 4;
      const at = y * width + x;
      image.data[at] = x / width;
      image.data[width * height + at] = disc ? 0.9 : y / height;
      image.data[2 * width * height + at] = disc ? 0.2 : 0.6;
    }
  }
  return image;
}

/** A mask: white on the left, black on the right. */
export function halves(width: number, height: number): Image {
  const image = blank({ width, height });
  for (let i = 0; i < image.data.length; i++) image.data[i] = i % width < width / 2 ? 1 : 0;
  return image;
}

export function png(width = 60, height = 45): Promise<Uint8Array> {
  return encodePicture("png", { image: scene(width, height) });
}
