/**
 * Peak memory of commands, each in a process of its own, beside what they said before and the limit they were given.
 * Then jobs of VGG19's shape with random weights. Usage: node bench/memory.mjs [WORD], where WORD selects the lines that contain
 * it. With "large" it is one picture of 45 megapixels through all its levels, in at most 4 GB: a quarter of an hour.
 *
 * It fails where a command does, where a limit was exceeded or a job refused that fits, and where what was said is a tenth off.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "pastiche-memory-"));
const photo = () => sharp(here("../examples/cat.jpg"));
const deep = { compressionLevel: 1 };
await photo().resize(1536, 1022, { fit: "fill" }).toFile(join(folder, "photo.png"));
await photo().resize(8000, 6000, { fit: "fill" }).jpeg().toFile(join(folder, "48.jpg"));
await photo()
  .resize(8000, 6000, { fit: "fill" })
  .jpeg({ progressive: true })
  .toFile(join(folder, "48-progressive.jpg"));
await photo().resize(8000, 8000, { fit: "fill" }).toColourspace("rgb16").png(deep).toFile(join(folder, "64-16.png"));

const starry = here("../examples/starry.jpg");
const waves = here("../examples/waves.jpg");
const mask = ["--mask", here("../examples/cat-mask.png")];
const floats = ["--levels", "1", "--first-steps", "2", "--steps", "2", "--precision", "fp32"];
const eight = ["--levels", "1", "--first-steps", "8", "--steps", "8", "--precision", "int8"];
const pair = ["photo.png", starry];
const slim = ["--model", "slim"];
const least = ["-s", "128", ...floats];

/**
 * A line: its name, the command's words, the limit that is given, in MB, and whether that is too little.
 *
 * @type {[string, string[], number?, "refused"?][]}
 */
const lines = [
  ["stylise 512", [...pair, "-s", "512", ...floats]],
  ["stylise 512 in eight bits", [...pair, "-s", "512", ...eight]],
  ["stylise 512, all levels and steps", [...pair, "-s", "512"]],
  ["stylise 1024", [...pair, "-s", "1024", ...floats]],
  ["stylise 1024 in eight bits", [...pair, "-s", "1024", ...eight]],
  ["stylise 768", [...pair, "-s", "768", ...floats], 500],
  ["stylise 768 in eight bits", [...pair, "-s", "768", ...eight], 500],
  ["stylise 1024", [...pair, "-s", "1024", ...floats], 600],
  ["stylise 1024", [...pair, "-s", "1024", ...floats], 300, "refused"],
  ["slim 512", [...pair, ...slim, "-s", "512", ...floats]],
  ["slim 512 in eight bits", [...pair, ...slim, "-s", "512", ...eight]],
  ["slim 1024 in eight bits", [...pair, ...slim, "-s", "1024", ...eight]],
  ["slim 1024", [...pair, ...slim, "-s", "1024", ...floats], 700],
  ["mask 768", [...pair, ...mask, "-s", "768", ...floats]],
  ["mask 512", [...pair, ...mask, "-s", "512", ...floats], 400],
  ["mask 512", [...pair, ...mask, "-s", "512", ...floats], 300, "refused"],
  ["two paintings and a mask 768", ["photo.png", starry, waves, ...mask, "-s", "768", ...floats]],
  ["neighbors 384", [...pair, "--recipe", "neighbors", "-s", "384", ...floats]],
  ["neighbors 384, two paintings", ["photo.png", starry, waves, "--recipe", "neighbors", "-s", "384", ...floats]],
  ["neighbors 384, two strokes", [...pair, "--recipe", "neighbors", "--strokes", "1,0.5", "-s", "384", ...floats]],
  ["L-BFGS 512", [...pair, "--optimizer", "lbfgs", "-s", "512", ...floats]],
  ["texture 512", ["texture", starry, "-s", "512", ...floats]],
  ["texture 512, seamless", ["texture", starry, "-s", "512", "--tile", ...floats]],
  ["reconstruct 512", ["reconstruct", "photo.png", "--layer", "conv4_2", "-s", "512", ...floats]],
  ["reconstruct 256, a sheet", ["reconstruct", "photo.png", "-s", "256", "--steps", "1"], 500],
  ["features 1024", ["features", "photo.png", "-s", "1024"]],
  ["features 1024", ["features", "photo.png", "-s", "1024"], 500, "refused"],
  ["grid of masks 512", ["grid", ...pair, ...mask, "--vary", "alpha=0.1,0.5", "-s", "512", ...floats], 400],
  ["resume 512", ["resume", "stopped.png.ckpt"], 500],
  ["replay 512", ["replay", "done.png", "--style", starry], 500],
  ["48 MP JPEG at 128", ["48.jpg", starry, ...least]],
  ["48 MP progressive JPEG at 128", ["48-progressive.jpg", starry, ...least]],
  ["64 MP PNG of 16 bits at 128", ["64-16.png", starry, "--max-pixels", "128", ...least]],
  ["64 MP PNG of 16 bits at 128", ["64-16.png", starry, "--max-pixels", "128", ...least], 250, "refused"],
  ["48 MP JPEG as large as it is", ["48.jpg", starry, "-s", "8000", ...floats], 800, "refused"],
];

/** @type {typeof lines} */
const large = [
  [
    "a large picture, 8192x5461 through all levels",
    ["large.jpg", starry, "-s", "8192", "--first-steps", "2", "--steps", "2"],
    4000,
  ],
];
if (process.argv[2] === "large") {
  await photo().resize(8192, 5461, { fit: "fill" }).jpeg().toFile(join(folder, "large.jpg"));
  lines.splice(0, lines.length, ...large);
}

/**
 * Runs a command; what it said, and its peak in bytes.
 *
 * @param {string[]} words
 * @param {Record<string, string>} [environment]
 */
function run(words, environment = {}) {
  const file = join(folder, "peak");
  const command = ["--import", here("memory-hook.mjs"), here("../bin/pastiche.cjs"), ...words];
  const env = { ...process.env, PEAK_FILE: file, ...environment };
  rmSync(file, { force: true });
  const { status, stderr } = spawnSync(process.execPath, command, {
    cwd: folder,
    env,
    encoding: "utf8",
    maxBuffer: 1e9,
  });
  const start = stderr.split("\n").find((line) => line.startsWith('{"type":"start"'));
  const told = start && JSON.parse(start).peak;
  return { status, stderr, peak: Number(readFileSync(file, "utf8")), told: told ?? saidIn(stderr) };
}

/** The memory that a line for people states. @param {string} text */
function saidIn(text) {
  const [, number, unit] = /about ([\d.]+) (MB|GB) of memory/.exec(text) ?? [];
  return number && Number(number) * (unit === "GB" ? 1e9 : 1e6);
}

/** @param {number | undefined} bytes */
const text = (bytes) => (bytes ? `${Math.round(bytes / 1e6)} MB` : "");

/** Puts what `resume` and `replay` need into the folder. */
function prepare() {
  const job = [...pair, "-s", "512", "--levels", "1", "--precision", "fp32", "--model", "pocket", "--progress", "json"];
  const stopped = run([...job, "--steps", "20", "--first-steps", "20", "-o", "stopped.png"], { STOP_AFTER: "1" });
  if (!existsSync(join(folder, "stopped.png.ckpt"))) throw new Error(`no checkpoint to resume:\n${stopped.stderr}`);
  const done = run([...job, "--steps", "2", "--first-steps", "2", "-o", "done.png"]);
  if (done.status !== 0) throw new Error(`nothing to replay:\n${done.stderr}`);
}

/** @param {string[]} words Does the command go by a file of an earlier job? */
const follows = ([command = ""]) => ["resume", "replay"].includes(command);

/** What is wrong with what was told. @param {number} peak @param {number | undefined} told @param {number} [limit] */
function fault(peak, told, limit = Number.POSITIVE_INFINITY) {
  if (!(peak > 0)) return "not measured";
  if (!told) return "nothing told";
  if (peak > limit) return "above the limit";
  if (peak > 1.1 * told) return "more than a tenth above what was told";
  return told > 1.1 * peak ? "less than nine tenths of what was told" : "";
}

const chosen = lines.filter(([name]) => name.includes(process.argv[2] ?? ""));
if (chosen.some(([, words]) => follows(words))) prepare();
console.log("| command | told | limit | peak | |\n| --- | --- | --- | --- | --- |");
let failed = 0;
for (const [name, words, limit, refused] of chosen) {
  const output = words[0] === "resume" ? [] : ["-o", words[0] === "grid" ? `grid-${limit}` : "out.png"];
  const quiet = words[0] === "features" ? [] : ["--progress", "json"];
  const bounds = limit ? ["--memory", `${limit}MB`] : [];
  const network = follows(words) || words.includes("--model") ? [] : ["--model", "pocket"];
  const { status, stderr, peak, told } = run([...words, ...bounds, ...network, ...quiet, ...output, "-f"]);
  const most = limit && limit * 1e6;
  const expected = refused ? 5 : 0;
  const said = status === expected && refused ? "refused" : "";
  const wrong = status !== expected ? `ended with ${status}` : fault(peak, refused ? peak : told, most);
  if (status !== expected) console.log(stderr);
  if (wrong) failed++;
  console.log(`| ${name} | ${text(told)} | ${limit ? `${limit} MB` : ""} | ${text(peak)} | ${wrong || said} |`);
}
rmSync(folder, { recursive: true });

/** Jobs of VGG19's shape, in a process without the command line, which takes about 30 MB more. */
const networks = [
  { width: 256, height: 256, settings: { precision: "fp32" } },
  { width: 512, height: 512, settings: { precision: "fp32" } },
  { width: 256, height: 256, steps: 8, settings: { precision: "int8" } },
  { width: 512, height: 512, steps: 8, settings: { precision: "int8" } },
  { width: 768, height: 512, steps: 1, settings: { precision: "fp32", tile: 256 } },
];
for (const { width, height, settings, steps = 2 } of networks) {
  const name = `vgg19 ${width}x${height}, ${settings.precision}${settings.tile ? `, tiles of ${settings.tile}` : ""}`;
  if (!name.includes(process.argv[2] ?? "")) continue;
  const job = JSON.stringify({ model: "vgg19", width, height, steps, settings });
  const { status, stdout, stderr } = spawnSync(process.execPath, [here("memory-network.mjs"), job], {
    encoding: "utf8",
  });
  if (status !== 0) console.log(stderr);
  const { peak, predicted } = status === 0 ? JSON.parse(stdout) : { peak: 0, predicted: 0 };
  const wrong = fault(peak, predicted);
  if (wrong) failed++;
  console.log(`| ${name} | ${text(predicted)} |  | ${text(peak)} | ${wrong} |`);
}
if (failed > 0) {
  console.error(`${failed} lines are not as they should be.`);
  process.exitCode = 1;
}
