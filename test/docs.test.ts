/** The documentation is true: its commands run, its code runs, its links lead somewhere, its defaults are the program's. */
import { spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { encodePicture } from "../src/platform/node/pictures/write.ts";
import { balanced } from "../src/recipes/balanced.ts";
import { folder, halves, pastiche, scene } from "./cli/pastiche.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const pages = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"].concat(
  readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
);
const text = (page: string) => readFileSync(join(root, page), "utf8");

/** The fenced blocks of a page in one language, and their first line numbers. */
function blocks(page: string, language: string): { line: number; code: string }[] {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm");
  return [...text(page).matchAll(fence)].map((match) => ({
    line: text(page).slice(0, match.index).split("\n").length + 1,
    code: match[1]!,
  }));
}

/** Commands that other tests cover or that need the network; npm scripts must exist. */
const elsewhere = /^(?:npm |npx |git |node (?:bench|examples|scripts)\/|pastiche studio)/;

/** Commands that cannot succeed here: there is no network and no file of VGG19. Their exit status. */
const failing: Readonly<Record<string, number>> = {
  "pastiche models pull vgg19": 4,
  "pastiche models import vgg19-dcbb9e9d.pth": 4,
  "pastiche models path vgg19": 4,
};

/** Flags that make a command quick, after its own. */
function quick(command: string): string {
  const [, name = ""] = /\bpastiche (\S+)/.exec(command) ?? [];
  if (/^(?:models|recipes|show|info|resume|replay|plan|--)/.test(name) && name !== "--from") return "";
  if (name === "features") return "-s 64";
  return name === "--from" ? "-s 96" : "-s 48 -n 2 --first-steps 2 --min-size 32";
}

const home = folder();
const prepared = join(home, "prepared");
let number = 0;

/** A folder with the files that the pages name: pictures, masks, a result, and the checkpoint of a stopped job. */
beforeAll(async () => {
  mkdirSync(join(prepared, "examples"), { recursive: true });
  const jpeg = (width: number, height: number) => encodePicture("jpeg", { image: scene(width, height) });
  const [photo, painting] = [await jpeg(60, 45), await jpeg(50, 66)];
  for (const name of ["photo", "cat", "examples/cat"]) writeFileSync(join(prepared, `${name}.jpg`), photo);
  for (const name of ["painting", "other", "a", "b", "starry", "waves", "examples/starry", "examples/waves"]) {
    writeFileSync(join(prepared, `${name}.jpg`), painting);
  }
  const mask = async (width: number, height: number) => encodePicture("png", { image: halves(width, height) });
  for (const name of ["mask", "parts", "subject", "photo-parts", "examples/cat-mask"]) {
    writeFileSync(join(prepared, `${name}.png`), await mask(60, 45));
  }
  writeFileSync(join(prepared, "painting-parts.png"), await mask(50, 66));
  const job = ["photo.jpg", "painting.jpg", "-s", "48", "--min-size", "32", "-o", "large.png"];
  const watch = (stderr: string, kill: (signal: NodeJS.Signals) => void) => {
    if (stderr.includes('"type":"step"')) kill("SIGINT");
  };
  const many = ["-n", "150", "--first-steps", "150", "--progress", "json", "--checkpoint-every", "0.01"];
  expect((await pastiche([...job, ...many], { cwd: prepared, watch })).status).toBe(130);
  expect(existsSync(join(prepared, "large.png.ckpt"))).toBe(true);
  const done = await pastiche([...job, "-n", "2", "--first-steps", "2", "-f", "--no-checkpoint"], { cwd: prepared });
  expect(done).toMatchObject({ status: 0 });
  mkdirSync(join(prepared, "bin"));
  const main = join(root, "dist", "command", "main.js");
  writeFileSync(join(prepared, "bin", "pastiche"), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@" $QUICK\n`);
  chmodSync(join(prepared, "bin", "pastiche"), 0o755);
});

/** A copy of the prepared folder, without the result if the commands make it. */
function fresh(commands: readonly string[] = []): string {
  const cwd = join(home, String(number++));
  cpSync(prepared, cwd, { recursive: true });
  if (commands.some((command) => command.includes("-o large.png"))) {
    for (const name of ["large.png", "large.png.ckpt", "large.png.ckpt~"]) rmSync(join(cwd, name), { force: true });
  }
  return cwd;
}

/** Runs a command line in a shell; nothing is downloaded. */
function shell(command: string, cwd: string): Promise<{ status: number | null; stderr: string }> {
  const env = {
    ...process.env,
    PATH: `${join(cwd, "bin")}:${process.env.PATH}`,
    QUICK: quick(command),
    PASTICHE_HOME: join(cwd, ".cache"),
    PASTICHE_OFFLINE: "1",
    KERAS_HOME: cwd,
    TORCH_HOME: cwd,
  };
  const child = spawn("bash", ["-c", command], { cwd, env, stdio: ["ignore", "ignore", "pipe"], timeout: 300_000 });
  let stderr = "";
  child.stderr.on("data", (part) => {
    stderr += part;
  });
  return new Promise((resolve) => child.on("close", (status) => resolve({ status, stderr })));
}

async function expectRuns(command: string, cwd: string): Promise<void> {
  if (elsewhere.test(command)) {
    const [, script] = /^npm run (\S+)/.exec(command) ?? [];
    if (script) expect(JSON.parse(text("package.json")).scripts).toHaveProperty(script);
    for (const [file] of command.matchAll(/(?<=^node )\S+/g)) expect(existsSync(join(root, file)), file).toBe(true);
    return;
  }
  const { status, stderr } = await shell(command, cwd);
  expect(status, `${command}\n${stderr}`).toBe(failing[command] ?? 0);
}

describe.each(pages)("%s", (page) => {
  const commands = blocks(page, "sh").map(({ line, code }) => ({
    line,
    lines: code
      .split("\n")
      .map((each) => each.replace(/\s+#.*$/, "").trim())
      .filter((each) => each !== ""),
  }));
  test.each(commands)("the commands at line $line run", { timeout: 600_000 }, async ({ lines }) => {
    const cwd = fresh(lines);
    for (const command of lines) await expectRuns(command, cwd);
  });

  const quoted = [...text(page).matchAll(/`(pastiche [^`\n]*\.(?:jpg|png)\b[^`\n]*)`/g)].map(([, command]) => command!);
  test.each([...new Set(quoted)])("%s runs", { timeout: 600_000 }, (command) => expectRuns(command, fresh([command])));

  test.each(blocks(page, "ts"))("the code at line $line is complete", { timeout: 120_000 }, async ({ code }) => {
    const [, names, module] = /^import \{ (.*) \} from "pastiche\/(node|web)";$/m.exec(code)!;
    const exported = await (module === "node" ? import("../src/node.ts") : import("../src/web.ts"));
    for (const name of names!.split(", ")) expect(exported).toHaveProperty(name);
    if (module !== "node") return;
    const cwd = fresh();
    mkdirSync(join(cwd, "node_modules"));
    symlinkSync(root, join(cwd, "node_modules", "pastiche"));
    writeFileSync(join(cwd, "program.mjs"), code.replace(/size: \d+/g, "size: 48, steps: 2, firstSteps: 2"));
    const { status, stderr } = await shell("node program.mjs", cwd);
    expect(status, stderr).toBe(0);
  });

  test("its links lead to files and headings", () => {
    const links = [...text(page).matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"/g)].map((match) => (match[1] ?? match[2])!);
    for (const link of links.filter((each) => !/^[a-z]+:/.test(each))) {
      const [path, anchor] = link.split("#");
      const target = path === "" ? page : join(dirname(page), path!);
      expect(existsSync(join(root, target)), link).toBe(true);
      const headings = anchor ? text(target).match(/^#+ .*$/gm)! : [];
      // As on GitHub: punctuation is left out.
      const words = headings.map((each) =>
        each
          .replace(/^#+ /, "")
          .toLowerCase()
          .replace(/[^\p{L}\p{N}\s_-]/gu, ""),
      );
      const anchors = words.map((each) => each.replace(/\s/g, "-"));
      if (anchor) expect(anchors, link).toContain(anchor);
    }
  });
});

test("README.md has at most 900 words, and names every page of docs/", () => {
  expect(text("README.md").split(/\s+/).length).toBeLessThanOrEqual(900);
  for (const page of pages.filter((each) => each.startsWith("docs/"))) expect(text("README.md")).toContain(`(${page})`);
});

test("the defaults in docs/settings.md are those of the recipe balanced", () => {
  const rows = [...text("docs/settings.md").matchAll(/^\| `--([a-z-]+)`[^|]*\| ([^|]*) \|/gm)];
  const settings: Record<string, unknown> = { ...balanced.settings, recipe: "balanced", quality: "standard" };
  expect(rows.length).toBeGreaterThan(20);
  for (const [, flag, value] of rows) {
    const key = flag!.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
    expect(value, flag).toBe(shown(settings[key]));
  }
});

/** A setting as it is typed. */
function shown(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return String(value);
  return Object.entries(value)
    .map(([layer, weight]) => (weight === 1 ? layer : `${layer}:${weight}`))
    .join(",");
}

test("the glossary's names are in the code", () => {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  const source = files.filter((file) => file.endsWith(".ts")).map((file) => text(join("src", file)));
  const rows = text("docs/glossary.md")
    .split("\n")
    .filter((line) => /^\| (?!term|---)/.test(line));
  const names = rows.flatMap((row) => [...row.split("|")[4]!.matchAll(/`([A-Za-z]+)/g)].map(([, name]) => name!));
  expect(names.length).toBeGreaterThan(25);
  for (const name of names)
    expect(
      source.some((each) => new RegExp(`\\b${name}\\b`).test(each)),
      name,
    ).toBe(true);
});
