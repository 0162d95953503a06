/**
 * `npm test`: installs, builds, installs Debian's chromium if possible, and runs every test. Reports which tests are
 * skipped without a browser. Arguments go to Vitest.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBuilt, run } from "./ensure.mjs";

ensureBuilt();
ensureChromium();
const report = join(mkdtempSync(join(tmpdir(), "pastiche-")), "report.json");
try {
  run("npx", [
    "vitest",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile=${report}`,
    ...process.argv.slice(2),
  ]);
} catch {
  process.exitCode = 1; // Vitest has printed the reason.
}
summarise();

/** Prints the counts on the last line, for machines. */
function summarise() {
  if (!existsSync(report)) return;
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, "utf8"));
  console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests + numTodoTests} skipped`);
}

/** Installs Debian's chromium with apt, if this is Debian and we are root. */
function ensureChromium() {
  const path = process.env.PASTICHE_CHROMIUM ?? "/usr/bin/chromium";
  if (existsSync(path)) return;
  const allowed = process.platform === "linux" && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
  if (allowed) {
    try {
      execFileSync("apt-get", ["update", "-q"], { stdio: "ignore" });
      execFileSync("apt-get", ["install", "-y", "-q", "--no-install-recommends", "chromium"], {
        stdio: "inherit",
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      });
    } catch {
      console.warn("apt-get could not install chromium.");
    }
  }
  if (existsSync(path)) return;
  console.warn(
    `No browser at ${path}: the tests in Chromium (pastiche/web, the worker, the studio, reports) and of WebGPU in Node are left out. Install chromium, or ` +
      "name one with PASTICHE_CHROMIUM.",
  );
}
