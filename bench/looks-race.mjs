/**
 * Time until a picture is as close to photo and painting as a published result: until `sum` of bench/looks/judge.mjs
 * (VGG19's content error at conv4_2 plus the five Gram errors, at the size of the race) is no higher than the published
 * picture's. First a job here, then the recipe of neural-style in PyTorch 2 (bench/looks_torch.py) on the same cores;
 * measuring is not timed.
 *
 *   node bench/looks-race.mjs --references DIR [PAIR] [--size 512] [--model pocket] [--quality NAME] [--set NAME=VALUE]...
 *     [--python VENV/bin/python] [--evaluations 10,20,50,100,200,500,1000] [--limit SECONDS] [--bfloat16] [--out FOLDER]
 *   node bench/looks-race.mjs CONTENT STYLE PUBLISHED ...
 *
 * Loading networks and starting PyTorch are not timed. --limit (default 1800) and the last of --evaluations end
 * PyTorch's run; at 512 pixels on two cores an evaluation takes about four seconds, so use --size 256 for a race of
 * minutes. Install PyTorch 2 outside the repository: python3 -m venv VENV && VENV/bin/pip install torch numpy. VGG19
 * must be in the cache (`pastiche models pull vgg19`); PyTorch uses the same weights. --out keeps pictures and
 * race.json.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createStylizer, readPicture, UserError, writePicture } from "../dist/node.js";
import { COLUMNS, openJudge } from "./looks/judge.mjs";
import { pair as pairOf, publishedPairs } from "./looks/pairs.mjs";
import { neuralStyle } from "./looks/torch.mjs";

/** @typedef {{ at: number, seconds: number, row: import("./looks/judge.mjs").Row }} Point `at`: steps or evaluations done */
/** @typedef {import("../dist/node.js").Image} Image */

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    references: { type: "string" },
    size: { type: "string", default: "512" },
    model: { type: "string", default: "pocket" },
    quality: { type: "string" },
    set: { type: "string", multiple: true, default: [] },
    python: { type: "string", default: "python3" },
    evaluations: { type: "string", default: "10,20,50,100,200,300,500,700,1000" },
    limit: { type: "string", default: "1800" },
    bfloat16: { type: "boolean", default: false },
    out: { type: "string" },
  },
});
const size = Number(given.size);
/** The number of intermediate pictures of a job that are measured. */
const LOOKS = 20;

try {
  await main();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function main() {
  const { name, content, style, published } = chosen();
  const judge = await openJudge();
  const pair = await judge.pair(content, style, size);
  const goal = await pair.row((await readPicture(published)).image);
  const wanted = /** @type {number} */ (goal.sum);
  const head = ["who", "at", "seconds", ...COLUMNS];
  const line = (/** @type {readonly (string | number)[]} */ cells) => console.log(`| ${cells.join(" | ")} |`);
  const tell = (
    /** @type {string} */ who,
    /** @type {string} */ at,
    /** @type {number} */ seconds,
    /** @type {any} */ row,
  ) => line([who, at, seconds.toFixed(1), ...COLUMNS.map((column) => row[column].toFixed(3))]);
  console.log(`${name} at ${size} pixels, ${cpus()[0]?.model.trim()}, ${availableParallelism()} threads\n`);
  line(head);
  line(head.map(() => "---"));
  line(["published", "", "", ...COLUMNS.map((column) => /** @type {number} */ (goal[column]).toFixed(3))]);
  if (given.out) mkdirSync(given.out, { recursive: true });
  const keep = async (/** @type {string} */ file, /** @type {Image} */ image) =>
    given.out && writePicture(join(given.out, file), { image }, { force: true });

  const settings = {
    size,
    model: given.model,
    ...(given.quality && { quality: given.quality }),
    ...Object.fromEntries(given.set.map(setting)),
  };
  /** @type {Point[]} */
  const ours = [];
  for await (const { step, steps, seconds, image } of job({ content, style, settings })) {
    const row = await pair.row(image);
    ours.push({ at: step, seconds, row });
    tell("pastiche", `step ${step}`, seconds, row);
    if (step === steps) await keep("pastiche.png", image);
  }
  /** @type {Point[]} */
  const theirs = [];
  const checkpoints = given.evaluations.split(",").map(Number);
  const options = { python: given.python, bfloat16: given.bfloat16, limit: Number(given.limit), checkpoints };
  for await (const { evaluations, seconds, image } of neuralStyle(pair, options)) {
    const row = await pair.row(image);
    theirs.push({ at: evaluations, seconds, row });
    tell("neural-style", `evaluation ${evaluations}`, seconds, row);
    await keep("neural-style.png", image);
    if (/** @type {number} */ (row.sum) <= wanted) break;
  }
  await judge.dispose();

  console.log("");
  const [us, them] = [arrival("pastiche", ours), arrival("neural-style", theirs)];
  if (us && them) console.log(`${(them / us).toFixed(1)} times as long in PyTorch`);
  else if (us && theirs.length > 0) {
    console.log(`more than ${(/** @type {Point} */ (theirs.at(-1)).seconds / us).toFixed(1)} times as long in PyTorch`);
  }
  if (given.out) {
    const record = { name, size, settings, bfloat16: given.bfloat16, published: goal, ours, theirs };
    writeFileSync(join(given.out, "race.json"), `${JSON.stringify(record, null, 1)}\n`);
  }

  /**
   * @param {string} who
   * @param {readonly Point[]} curve
   */
  function arrival(who, curve) {
    const there = curve.find(({ row }) => /** @type {number} */ (row.sum) <= wanted);
    const last = curve.at(-1);
    if (there) console.log(`${who} is there after ${there.seconds.toFixed(1)} s (${there.at} steps)`);
    else if (last) {
      console.log(
        `${who} is not there after ${last.seconds.toFixed(1)} s (${last.at} steps): ${last.row.sum?.toFixed(3)} against ${wanted.toFixed(3)}`,
      );
    }
    return there?.seconds;
  }
}

/**
 * Runs a job: LOOKS intermediate pictures and the result, each with the seconds taken so far.
 *
 * @param {{ content: string, style: string, settings: object }} job
 */
async function* job({ content, style, settings }) {
  const pictures = { content: (await readPicture(content)).image, style: (await readPicture(style)).image };
  const stylizer = await createStylizer({ runtime: "cpu" });
  // The first job measures the machine, loads the network and compiles; it is not timed.
  const small = { ...settings, size: 64, steps: 1, firstSteps: 1 };
  for await (const _ of stylizer.stylize({ ...pictures, settings: small }));
  let [began, steps] = [performance.now(), 0];
  const wantsImage = (/** @type {{ step: number, steps: number }} */ event) => {
    steps = event.steps;
    return event.step % Math.ceil(event.steps / LOOKS) === 0 && event.step < event.steps;
  };
  for await (const event of stylizer.stylize({ ...pictures, settings }, { wantsImage })) {
    if (event.type === "note") console.log(`\n${event.text}\n`);
    if (event.type !== "image" && event.type !== "done") continue;
    const now = performance.now();
    yield { step: event.step, steps, seconds: (now - began) / 1000, image: event.image };
    began += performance.now() - now;
  }
  await stylizer.dispose();
}

/** @returns {import("./looks/pairs.mjs").Pair & { published: string }} */
function chosen() {
  const [first, style, published] = positionals;
  if (given.references) {
    const pairs = publishedPairs(given.references);
    const found = first === undefined ? pairs[0] : pairs.find(({ name }) => name === first);
    if (found?.published) return { ...found, published: found.published };
    throw new UserError("usage", `${first}: expected one of ${pairs.map(({ name }) => name).join(", ")}.`);
  }
  if (!first || !style || !published) {
    throw new UserError("usage", "Give --references DIR [PAIR], or CONTENT STYLE PUBLISHED.");
  }
  return { ...pairOf({ content: first, style, published }), published };
}

/**
 * A setting from NAME=VALUE; the value is JSON, or a word.
 *
 * @param {string} text
 * @returns {[string, unknown]}
 */
function setting(text) {
  const at = text.indexOf("=");
  const [name, value] = [text.slice(0, at), text.slice(at + 1)];
  try {
    return [name, JSON.parse(value)];
  } catch {
    return [name, value];
  }
}
