/** Runs jobs through the command line, as users do, and times them. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../../dist/node.js";

const PROGRAM = fileURLToPath(new URL("../../dist/command/main.js", import.meta.url));

/** @typedef {{ name: string, flags: string[] }} Variant */

/**
 * Every network at every quality.
 *
 * @param {readonly string[]} networks
 * @param {readonly string[]} qualities "" for no flag
 * @param {readonly string[]} extra flags for all
 * @returns {Variant[]}
 */
export function variants(networks, qualities, extra) {
  const each = qualities.length > 0 ? qualities : [undefined];
  return networks.flatMap((network) =>
    each.map((quality) => ({
      name: quality ? `${network} ${quality}` : network,
      flags: ["--model", network, ...(quality ? ["--quality", quality] : []), ...extra],
    })),
  );
}

/**
 * Paints a pair into FOLDER/VARIANT/CONTENT_STYLE.png, replacing it. Throws a `UserError` with the program's message if
 * it fails.
 *
 * @param {import("./pairs.mjs").Pair} pair
 * @param {Variant} variant
 * @param {number} size
 * @param {string} folder
 */
export function paint({ name, content, style }, variant, size, folder) {
  const into = join(folder, variant.name.replaceAll(" ", "-"));
  mkdirSync(into, { recursive: true });
  const file = join(into, `${name}.png`);
  const start = performance.now();
  const words = [content, style, "-o", file, "-f", "-s", String(size), "--no-checkpoint", "-q", ...variant.flags];
  const { status, stderr, error } = spawnSync(process.execPath, [PROGRAM, ...words], { encoding: "utf8" });
  if (status !== 0) throw new UserError("usage", `${name}, ${variant.name}: ${error?.message ?? stderr.trim()}`);
  return { file, seconds: (performance.now() - start) / 1000 };
}
