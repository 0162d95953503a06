/**
 * The studio's page in Chromium: its script's size, first paint and long tasks; and what memory it keeps over runs and branches.
 * Usage: node bench/studio.mjs [tasks [ENGINE [SLOWER]] | memory [ENGINE [RUNS [BRANCHES]]]], where ENGINE is a word of an
 * engine's name, "" for all; PASTICHE_CHROMIUM names the browser.
 */
import { withStudio } from "./studio/browser.mjs";
import { measureMemory } from "./studio/memory.mjs";
import { measureTasks, printSizes } from "./studio/tasks.mjs";

const [what = "all", engine, ...numbers] = process.argv.slice(2);
const [first, second] = numbers.map(Number);

await withStudio(async (studio) => {
  if (what !== "memory") {
    printSizes();
    await measureTasks(studio, { engine, slower: first });
  }
  if (what !== "tasks") await measureMemory(studio, { engine, runs: first, branches: second });
});
