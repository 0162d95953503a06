/** How much script the studio's page loads, compressed; ONNX Runtime and the network come after it and are not counted. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

const folder = fileURLToPath(new URL("../../dist/studio/", import.meta.url));
const sizeOf = (path: string) => gzipSync(readFileSync(folder + path)).length;

/** A script and what it imports at once. */
function scripts(path: string, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found;
  found.add(path);
  const text = readFileSync(folder + path, "utf8");
  const imports = text.matchAll(/(?:^|[;}])import\s*(?:[\w$*{][^"'()]*?from\s*)?["']\.\/([^"']+)["']/g);
  for (const [, name] of imports) scripts(`assets/${name}`, found);
  return found;
}

test("less than 100 kB before the page can be used, and less than 165 kB with its worker", () => {
  const [, entry] = /<script type="module"[^>]* src="\.\/([^"]+)"/.exec(readFileSync(`${folder}index.html`, "utf8"))!;
  const [worker] = readdirSync(`${folder}assets`).filter((name) => /^worker-.*\.js$/.test(name));
  const total = (paths: Iterable<string>) => [...paths].reduce((sum, path) => sum + sizeOf(path), 0);
  const page = total(scripts(entry!));
  expect(page).toBeGreaterThan(20_000);
  expect(page).toBeLessThan(100_000);
  expect(page + total(scripts(`assets/${worker}`))).toBeLessThan(165_000);
});
