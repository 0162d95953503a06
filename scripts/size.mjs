/**
 * Prints the lines of every folder of src/, without tests, and fails for files over 400 lines and for folders over 15
 * files (tests beside their file do not count). Usage: node scripts/size.mjs
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const LIMIT = 400;
const FILES = 15;
const source = join(dirname(fileURLToPath(import.meta.url)), "..", "src");
const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => ({
    path: file.split(sep).join("/"),
    lines: readFileSync(join(source, file), "utf8").split("\n").length - 1,
    test: /\.(test|case)\.ts$/.test(file),
  }));

/** @type {Map<string, { files: number, lines: number, tests: number }>} */
const folderRows = new Map();
for (const { path, lines, test } of files) {
  const folder = path.includes("/") ? path.slice(0, path.indexOf("/")) : "(entry points)";
  const row = folderRows.get(folder) ?? { files: 0, lines: 0, tests: 0 };
  folderRows.set(
    folder,
    test ? { ...row, tests: row.tests + lines } : { ...row, files: row.files + 1, lines: row.lines + lines },
  );
}
console.log("folder        files  lines  tests");
for (const [folder, { files: count, lines, tests }] of folderRows) {
  console.log(
    `${folder.padEnd(12)} ${String(count).padStart(6)} ${String(lines).padStart(6)} ${String(tests).padStart(6)}`,
  );
}
const sizes = files
  .filter(({ test }) => !test)
  .map(({ lines }) => lines)
  .sort((a, b) => a - b);
console.log(
  `median ${sizes[sizes.length >> 1]}, 90% below ${sizes[Math.floor(sizes.length * 0.9)]}, longest ${sizes.at(-1)}`,
);
for (const { path, lines } of files) {
  if (lines <= LIMIT) continue;
  console.error(`src/${path}: ${lines} lines, at most ${LIMIT}`);
  process.exitCode = 1;
}

/** @type {Map<string, number>} */
const folders = new Map();
for (const { path, test } of files) {
  const folder = dirname(path);
  if (!test && !path.endsWith(".d.ts")) folders.set(folder, (folders.get(folder) ?? 0) + 1);
}
for (const [folder, count] of folders) {
  if (count <= FILES) continue;
  console.error(`src/${folder}: ${count} files, at most ${FILES}; give the parts folders of their own`);
  process.exitCode = 1;
}
