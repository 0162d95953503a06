/** Installs packages and builds, if a fresh clone needs it: the first part of `npm run demo` and `npm test`. */
import { execFileSync, execSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/**
 * Runs node, npm or npx in the repository with visible output; throws if it fails. On Windows npm and npx are shell
 * scripts, whose arguments must be quoted.
 *
 * @param {"node" | "npm" | "npx"} command
 * @param {string[]} args
 */
export function run(command, args) {
  /** @type {{ cwd: string, stdio: "inherit" }} */
  const options = { cwd: root, stdio: "inherit" };
  if (command === "node") execFileSync(process.execPath, args, options);
  else if (process.platform !== "win32") execFileSync(command, args, options);
  else execSync([`${command}.cmd`, ...args.map((arg) => `"${arg}"`)].join(" "), options);
}

/** Installs the packages of the lock file, unless exactly these are installed; then builds. */
export function ensureBuilt() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`pastiche needs Node 20.19 or later; this is ${process.versions.node}.`);
    process.exit(1);
  }
  const lock = readFileSync(join(root, "package-lock.json"), "utf8");
  const mark = join(root, "node_modules", ".installed-lock");
  if (!existsSync(mark) || readFileSync(mark, "utf8") !== lock) {
    run("npm", ["ci", "--no-audit", "--no-fund"]);
    writeFileSync(mark, lock);
  }
  run("npm", ["run", "--silent", "build"]);
}
