/** However a job ends: inputs are not overwritten, a closed terminal loses nothing, and no lock remains. */
import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { encodePicture } from "../../src/platform/node/pictures/write.ts";
import { folder, halves, pastiche, png } from "./pastiche.ts";

const home = folder();
const main = fileURLToPath(new URL("../../dist/command/main.js", import.meta.url));
const faults = fileURLToPath(new URL("faults.mjs", import.meta.url));
const small = ["-s", "40", "-n", "12", "--first-steps", "12", "--min-size", "40", "--threads", "1"];
const long = [...small, "-n", "1000000", "--first-steps", "1000000"];

const inputs = new Map<string, Uint8Array>();
beforeAll(async () => {
  inputs.set("photo.png", await png(61, 45));
  inputs.set("painting.png", await png(40, 40));
  inputs.set("start.png", await png(50, 40));
  inputs.set("mask.png", await encodePicture("png", { image: halves(61, 45) }));
});

let cwd = home;
let number = 0;
const at = (name: string) => join(cwd, name);
beforeEach(() => {
  cwd = join(home, String(number++));
  mkdirSync(cwd);
  for (const [name, bytes] of inputs) writeFileSync(at(name), bytes);
});
const job = ["photo.png", "painting.png", "--mask", "mask.png", "--init", "./start.png"];
const files = () => readdirSync(cwd).filter((name) => name !== ".cache");

describe("an unfinished picture never replaces its input", () => {
  test.each([
    ["photo.png", "photo.png", () => {}],
    ["painting.png", "painting.png", () => {}],
    ["mask.png", "mask.png", () => {}],
    ["start.png", "start.png", () => {}],
    ["photo.png", "symbolic.png", () => symlinkSync("photo.png", at("symbolic.png"))],
    ["photo.png", "hard.png", () => linkSync(at("photo.png"), at("hard.png"))],
  ])("%s, as %s", async (input, output, prepare) => {
    prepare();
    // Stopped while its second checkpoint is written.
    const env = { NODE_OPTIONS: `--import ${faults}`, FAULT: "SIGINT:8" };
    const args = [...job, ...small, "-o", output, "-f", "--checkpoint-every", "0.001"];
    const { status, stderr } = await pastiche(args, { cwd, env });
    expect({ status, stderr }).toEqual({ status: 130, stderr: expect.stringContaining("saved as") });
    for (const [name, bytes] of inputs) expect(readFileSync(at(name)).equals(bytes), name).toBe(true);
    expect(files()).toContain(output.replace(".png", "-2.png"));
    const [, command] = stderr.match(/^To go on: pastiche (.*)$/m)!;
    expect(command).toBe(`resume ${output}.ckpt -f`);
    // The finished one may, as requested.
    expect((await pastiche(command!.split(" "), { cwd })).status).toBe(0);
    expect(readFileSync(at(input)).equals(inputs.get(input)!)).toBe(output === "hard.png");
    expect(files().filter((name) => name.includes("ckpt"))).toEqual([]);
  });

  test("nor does a snapshot or an unfinished sheet", async () => {
    writeFileSync(at("out-0002.png"), inputs.get("photo.png")!);
    const args = ["out-0002.png", "painting.png", ...small, "-o", "out.png", "--save-at", "2", "-f"];
    expect((await pastiche(args, { cwd })).status).toBe(0);
    expect(readFileSync(at("out-0002.png")).equals(inputs.get("photo.png")!)).toBe(true);
    expect(files()).toContain("out-0002-2.png");
    const watch = (stderr: string, kill: (signal: NodeJS.Signals) => void) => {
      if (stderr.includes('"type":"step"')) kill("SIGINT");
    };
    const sheet = ["reconstruct", "photo.png", "-s", "32", "-n", "9", "-o", "photo.png", "-f", "--progress", "json"];
    expect(await pastiche(sheet, { cwd, watch })).toMatchObject({ status: 130 });
    expect(readFileSync(at("photo.png")).equals(inputs.get("photo.png")!)).toBe(true);
  });
});

describe("HUP", () => {
  test("a closed terminal: picture and checkpoint are saved", async () => {
    const words = [process.execPath, main, "photo.png", "painting.png", ...long, "-o", "out.png", "--save-at", "1"];
    const env = { ...process.env, PASTICHE_HOME: at(".cache"), PASTICHE_OFFLINE: "1" };
    const shell = `exec ${words.join(" ")} 2> said`;
    const terminal = spawn("script", ["-qec", shell, "/dev/null"], { cwd, env, stdio: "ignore" });
    while (!existsSync(at("out-0001.png"))) await sleep(50);
    terminal.kill("SIGKILL");
    while (existsSync(at("out.png.ckpt.lock"))) await sleep(50);
    expect(files()).toEqual(expect.arrayContaining(["out.png", "out.png.ckpt"]));
    const said = () => readFileSync(at("said"), "utf8");
    await expect.poll(said).toContain("To go on: pastiche resume out.png.ckpt");
    // Time for Node to abort, as it does when it resets a terminal that is gone.
    await sleep(500);
    expect(said()).not.toContain("Assertion failed");
  });

  test("without a terminal the job continues", async () => {
    let sent = false;
    const watch = (stderr: string, kill: (signal: NodeJS.Signals) => void) => {
      if (!sent && stderr.includes('"type":"step"')) kill("SIGHUP");
      sent ||= stderr.includes('"type":"step"');
    };
    const args = ["photo.png", "painting.png", ...small, "-o", "out.png", "--progress", "json"];
    expect(await pastiche(args, { cwd, watch })).toMatchObject({ status: 0 });
    expect(sent).toBe(true);
  });
});

describe("no lock remains", () => {
  test("if standard output is full", async () => {
    const words = ["photo.png", "painting.png", ...small, "-o", "out.png", "--report", "page.html"];
    const ended = await pastiche(words, { cwd, shell: "> /dev/full" });
    expect(ended).toMatchObject({ status: 1, stderr: expect.stringContaining("standard output: ENOSPC") });
    expect(files().sort()).toEqual([...inputs.keys(), "out.png", "page.html"].sort());
  });

  test("if nobody reads the pipe", async () => {
    execFileSync("mkfifo", [at("pipe.png")]);
    const watch = (stderr: string, kill: (signal: NodeJS.Signals) => void) => {
      if (stderr.includes("Waiting for somebody to read pipe.png")) kill("SIGINT");
    };
    const args = ["photo.png", "painting.png", ...small, "-o", "pipe.png"];
    expect(await pastiche(args, { cwd, watch })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("pipe.png is a pipe that nobody reads."),
    });
    expect(files().filter((name) => name.endsWith(".lock"))).toEqual([]);
  });

  test("a pipe with a late reader gets the picture", async () => {
    execFileSync("mkfifo", [at("pipe.png")]);
    let reader: Promise<Buffer> | undefined;
    const watch = (stderr: string) => {
      if (!reader && stderr.includes("Waiting")) {
        const cat = spawn("cat", [at("pipe.png")]);
        const parts: Buffer[] = [];
        cat.stdout.on("data", (part) => parts.push(part));
        reader = new Promise((resolve) => cat.on("close", () => resolve(Buffer.concat(parts))));
      }
    };
    const args = ["photo.png", "painting.png", ...small, "-o", "pipe.png"];
    expect(await pastiche(args, { cwd, watch })).toMatchObject({ status: 0 });
    expect((await reader!).subarray(1, 4).toString()).toBe("PNG");
    rmSync(at("pipe.png"));
  });

  test("after a second Ctrl-C", async () => {
    const signals: NodeJS.Signals[] = [];
    const watch = (stderr: string, _: unknown, pid: number) => {
      if (signals.length < 2 && stderr.includes('"type":"step"')) {
        signals.push("SIGINT", "SIGTERM");
        for (const signal of signals) process.kill(pid, signal);
      }
    };
    const args = ["photo.png", "painting.png", ...long, "-o", "out.png", "--progress", "json"];
    const { status } = await pastiche(args, { cwd, watch });
    expect([130, 143]).toContain(status);
    expect(files().filter((name) => name.endsWith(".lock"))).toEqual([]);
  });
});
