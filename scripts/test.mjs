/**
 * `npm test`: installs, builds, brings Debian's chromium where it may, and runs every test. Where there is no browser it
 * says what is left out. Arguments go to Vitest.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { ensureBuilt, run } from "./ensure.mjs";

ensureBuilt();
bringChromium();
run("npx", ["vitest", "run", ...process.argv.slice(2)]);

/** Debian's chromium by apt, if this is Debian and we may. */
function bringChromium() {
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
    `No browser at ${path}: the tests in Chromium (test/web) and of WebGPU in Node are left out. Install chromium, or ` +
      "name one with PASTICHE_CHROMIUM.",
  );
}
