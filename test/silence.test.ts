/** Nothing is written or requested without being asked for: in HOME, TMPDIR, the working folder, the network. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { folder, png } from "./cli/pastiche.ts";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const library = JSON.stringify(new URL("../dist/node.js", import.meta.url).href);
const hasTracer = spawnSync("strace", ["-V"]).status === 0;

let picture: Uint8Array;
beforeAll(async () => {
  picture = await png();
});

/**
 * The files that `node args` leaves in HOME, TMPDIR and the working folder, and the hosts it contacted, where
 * observable.
 */
function traces(args: readonly string[], env: Record<string, string | undefined> = {}) {
  const root = folder();
  for (const name of ["home", "tmp", "work"]) mkdirSync(join(root, name));
  const cwd = join(root, "work");
  writeFileSync(join(cwd, "photo.png"), picture);
  const trace = join(root, "trace");
  const watched = hasTracer ? ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", trace] : [];
  const [command, ...rest] = [...watched, process.execPath, ...args];
  const { ORT_DISABLE_TELEMETRY: _, ...rests } = process.env;
  const home = join(root, "home");
  const surroundings = {
    ...rests,
    HOME: home,
    TMPDIR: join(root, "tmp"),
    XDG_CACHE_HOME: "",
    PASTICHE_HOME: "",
    ...env,
  };
  const { status, stderr } = spawnSync(command!, rest, { cwd, env: surroundings, encoding: "utf8" });
  const calls = hasTracer ? readFileSync(trace, "utf8").split("\n") : [];
  return {
    status,
    stderr,
    left: readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== "trace")
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
      .sort(),
    reached: calls.filter((call) => /AF_INET|AF_INET6|:53\b/.test(call)),
  };
}

const cli = [join(dist, "command/main.js"), "photo.png", "photo.png", "-o", "out.png", "-n", "1", "--first-steps", "1"];
const small = ["-s", "32", "--min-size", "32", "--precision", "fp32"];
const mine = ["work/out.png", "work/photo.png"];

test("a job of the command line writes its result and nothing else, and contacts nobody", () => {
  expect(traces([...cli, ...small])).toEqual({ status: 0, stderr: expect.any(String), left: mine, reached: [] });
});

test("nothing is written without a HOME either", () => {
  const { status, left, reached } = traces([...cli, ...small], { HOME: undefined });
  expect({ status, left, reached }).toEqual({ status: 0, left: mine, reached: [] });
});

const program = `
  import { readPicture, stylize, writePicture } from ${library};
  const { image } = await readPicture("photo.png");
  const settings = { size: 32, minSize: 32, steps: 1, firstSteps: 1, precision: "fp32", model: "pocket" };
  for await (const event of stylize({ content: image, style: image, settings }))
    if (event.type === "done") await writePicture("out.png", { image: event.image });
`;
const inWorker = `
  import { Worker } from "node:worker_threads";
  new Worker(new URL("data:text/javascript,${encodeURIComponent(program)}")).on("error", (error) => {
    process.stderr.write(error.message);
    process.exitCode = 1;
  });
`;

test("a program's job leaves nothing behind", () => {
  const { status, left, reached } = traces(["--input-type=module", "-e", program]);
  expect({ status, left, reached }).toEqual({ status: 0, left: mine, reached: [] });
});

test("a job in a worker leaves nothing if the main thread has loaded the library or the environment disables telemetry", () => {
  const loaded = `await import(${library});`;
  for (const { status, left, reached } of [
    traces(["--input-type=module", "-e", `${loaded}${inWorker}`]),
    traces(["--input-type=module", "-e", inWorker], { ORT_DISABLE_TELEMETRY: "1" }),
  ])
    expect({ status, left, reached }).toEqual({ status: 0, left: mine, reached: [] });
});

test("a worker that cannot switch telemetry off is rejected, with what to do", () => {
  const { status, stderr, left } = traces(["--input-type=module", "-e", inWorker]);
  expect({ status, left }).toEqual({ status: 1, left: ["work/photo.png"] });
  expect(stderr).toContain("import pastiche/node in the main thread");
});

test("probing a device leaves nothing behind", () => {
  const { left, reached } = traces([join(dist, "command/main.js"), "info"], { VK_DRIVER_FILES: "/nowhere.json" });
  expect({ left, reached }).toEqual({ left: ["work/photo.png"], reached: [] });
});
