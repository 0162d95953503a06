/**
 * The studio's page in Chromium: its script's size, first paint and long tasks; what memory it keeps over runs and branches; and
 * pictures of it. Usage: node bench/studio.mjs [tasks [ENGINE [SLOWER]] | memory [ENGINE [RUNS [BRANCHES]]] | shots [FOLDER
 * [WORD]]], where ENGINE is a word of an engine's name, "" for all; PASTICHE_CHROMIUM names the browser.
 */

import { tmpdir } from "node:os";
import { join } from "node:path";
import { withStudio } from "./studio/browser.mjs";
import { measureMemory } from "./studio/memory.mjs";
import { takeShots } from "./studio/shots.mjs";
import { measureTasks, printSizes } from "./studio/tasks.mjs";

const [what = "all", where, ...more] = process.argv.slice(2);
const [first, second] = more.map(Number);

await withStudio(async (studio) => {
  if (what === "shots") return takeShots(studio, where ?? join(tmpdir(), "pastiche-studio"), more[0]);
  if (what !== "memory") {
    printSizes();
    await measureTasks(studio, { engine: where, slower: first });
  }
  if (what !== "tasks") await measureMemory(studio, { engine: where, runs: first, branches: second });
});
