/**
 * Compares results with published ones, by VGG19's measures (see bench/looks/judge.mjs) and visually. Runs the program
 * on every pair, measures, and writes pictures, a labelled sheet, results.json, and with --blind a sheet whose key is
 * in another file. VGG19 must be in the cache (`pastiche models pull vgg19`).
 *
 *   node bench/looks.mjs --references DIR [--model pocket,vgg19] [--quality draft,fine] [PAIR...] [-- FLAGS of pastiche]
 *   node bench/looks.mjs --references DIR --judge FOLDER [--judge FOLDER]   what is there: FOLDER/CONTENT_STYLE.png
 *   node bench/looks.mjs --pairs FILE ...                                  pairs of one's own (bench/looks/pairs.mjs)
 *   node bench/looks.mjs CONTENT STYLE [RESULT...]                         a pair of one's own; RESULTs are judged only
 *
 * --references DIR holds neural-style's inputs/ and outputs/. Further: --size 512 (long side of jobs and of judging), --out
 * FOLDER (default: pastiche-looks in the folder for temporary files), --blind, --compare OLD.json (an earlier results.json).
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { readPicture, UserError, writePicture } from "../dist/node.js";
import { paint, variants } from "./looks/jobs.mjs";
import { openJudge } from "./looks/judge.mjs";
import { listedPairs, pair, publishedPairs, resultIn } from "./looks/pairs.mjs";
import { blindSheet, labelledSheet } from "./looks/sheets.mjs";
import { compareTable, meanTable, pairTable, ratioTable } from "./looks/table.mjs";

/** @typedef {import("./looks/pairs.mjs").Pair} Pair */
/** @typedef {Record<string, { file: string, seconds?: number }>} Results by the name of who made them */

const [own, extra] = parted(process.argv.slice(2));
const { values: given, positionals } = parseArgs({
  args: own,
  allowPositionals: true,
  options: {
    references: { type: "string" },
    pairs: { type: "string" },
    model: { type: "string", default: "pocket" },
    quality: { type: "string", default: "" },
    size: { type: "string", default: "512" },
    out: { type: "string", default: join(tmpdir(), "pastiche-looks") },
    judge: { type: "string", multiple: true },
    compare: { type: "string" },
    blind: { type: "boolean", default: false },
  },
});
const size = Number(given.size);
const list = (/** @type {string} */ text) => text.split(",").filter(Boolean);

try {
  await main();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function main() {
  const { pairs, results } = asked();
  for (const folder of given.judge ?? []) {
    if (!existsSync(folder)) throw new UserError("file", `--judge: ${folder} is not there.`);
  }
  mkdirSync(given.out, { recursive: true });
  const before = given.compare ? JSON.parse(readFileSync(given.compare, "utf8")).pairs : undefined;
  // Opened first, so that missing weights are reported before an hour of jobs, which run in processes of their own.
  const judge = await openJudge();
  const chosen = given.judge || results ? [] : variants(list(given.model), list(given.quality), extra);
  /** @type {import("./looks/sheets.mjs").Shown[]} */
  const shown = [];
  const judged = [];
  for (const one of pairs) {
    /** @type {Results} */
    const found = { ...(one.published && { published: { file: one.published } }), ...results };
    for (const folder of given.judge ?? []) {
      const file = resultIn(folder, one);
      if (file) found[basename(folder)] = { file };
    }
    for (const variant of chosen) found[variant.name] = paint(one, variant, size, given.out);
    const { photo, painting, row } = await judge.pair(one.content, one.style, size);
    /** @type {Record<string, import("./looks/judge.mjs").Row>} */
    const rows = { photo: await row(photo) };
    /** @type {Record<string, import("../dist/node.js").Image>} */
    const images = {};
    for (const [name, { file, seconds }] of Object.entries(found)) {
      const { image } = await readPicture(file);
      images[name] = image;
      rows[name] = { ...(await row(image)), ...(seconds !== undefined && { seconds }) };
    }
    judged.push({ name: one.name, rows });
    shown.push({ name: one.name, photo, painting, results: images });
    console.log(`${pairTable({ name: one.name, rows })}\n`);
  }
  await judge.dispose();

  const tables = [
    judged.length > 1 && meanTable(judged),
    ratioTable(judged, "published"),
    before && compareTable(judged, before),
  ];
  for (const table of tables) if (table) console.log(`${table}\n`);
  const machine = { cpu: cpus()[0]?.model.trim(), cores: cpus().length, node: process.versions.node };
  const record = { date: new Date().toISOString(), machine, size, variants: chosen, pairs: judged };
  writeFileSync(join(given.out, "results.json"), `${JSON.stringify(record, null, 1)}\n`);
  await writePicture(
    join(given.out, "sheet.png"),
    { image: labelledSheet(shown, Math.min(size, 320)) },
    { force: true },
  );
  if (given.blind) {
    const { image, key } = blindSheet(shown, size);
    await writePicture(join(given.out, "blind.png"), { image }, { force: true });
    writeFileSync(join(given.out, "blind-key.json"), `${JSON.stringify(key, null, 1)}\n`);
  }
  console.log(`pictures, sheets and results.json are in ${given.out}`);
}

/**
 * The pairs, and results that are there already where a single pair was given with some.
 *
 * @returns {{ pairs: Pair[], results?: Results }}
 */
function asked() {
  const lists = [given.references && publishedPairs(given.references), given.pairs && listedPairs(given.pairs)];
  const listed = lists.flatMap((pairs) => pairs || []);
  if (listed.length === 0) {
    const [content, style, ...files] = positionals;
    if (!content || !style) {
      throw new UserError("usage", "Give --references DIR, --pairs FILE, or CONTENT STYLE [RESULT...].");
    }
    const results = Object.fromEntries(files.map((file) => [basename(file), { file }]));
    return { pairs: [pair({ content, style })], ...(files.length > 0 && { results }) };
  }
  const unknown = positionals.filter((name) => !listed.some((one) => one.name === name));
  if (unknown.length > 0) {
    const names = listed.map(({ name }) => name).join(", ");
    throw new UserError("usage", `${unknown.join(", ")}: there is no such pair; there are ${names}.`);
  }
  return { pairs: positionals.length > 0 ? listed.filter(({ name }) => positionals.includes(name)) : listed };
}

/**
 * The arguments before `--` and after it.
 *
 * @param {string[]} words
 * @returns {[string[], string[]]}
 */
function parted(words) {
  const at = words.indexOf("--");
  return at < 0 ? [words, []] : [words.slice(0, at), words.slice(at + 1)];
}
