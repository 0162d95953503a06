/** Commands from words to what they write, with files in memory and a stylizer that paints nothing. */
import { beforeEach, expect, test } from "vitest";
import { fakeStylizer, memoryFiles } from "../../jobs/fixtures.case.ts";
import * as door from "../../node.ts";
import { commandLine } from "../program.ts";
import type { Context } from "../terminal/context.ts";
import { complaints } from "../terminal/exit.ts";

let memory: Map<string, Uint8Array>;
let stylizer: ReturnType<typeof fakeStylizer>;

beforeEach(() => {
  memory = new Map(["photo.png", "painting.png", "other.png"].map((name) => [name, new TextEncoder().encode(name)]));
  stylizer = fakeStylizer();
});

/** Runs `pastiche` with these words; what it wrote and how it ended. */
async function pastiche(words: string) {
  const written = { out: "", err: "" };
  let status = 0;
  const machines: object[] = [];
  const stream = (name: "out" | "err") => ({ write: (text: string) => (written[name] += text) });
  const files = memoryFiles(memory);
  const context: Context = {
    stdout: stream("out"),
    stderr: stream("err"),
    exitWith: (code) => (status = code),
    door: async () => ({
      ...door,
      nodeFiles: files,
      createStylizer: (async (machine: object) => {
        machines.push(machine);
        return stylizer;
      }) as never,
    }),
  };
  const args = words.split(" ");
  try {
    const program = await commandLine(args, context, undefined);
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    status = complaints(context.stderr, false).report(error);
  }
  return { ...written, status, machines, given: stylizer.jobs[0]?.settings };
}

test("a job: its path on standard output, its lines on standard error", async () => {
  const { out, err, status } = await pastiche("photo.png painting.png -o out.png --model pocket -v");
  expect({ out, status }).toEqual({ out: "out.png\n", status: 0 });
  const [plan, machine, summary] = err.split("\n");
  expect(plan).toBe("8x6 in one level, 4 steps, whole, about 1 MB of memory.");
  expect(machine).toBe("network pocket (0123456789abcdef), runtime fake, levels 8x6*4");
  expect(summary).toMatch(/^8x6, 4 steps, .* s, loss 0\.2500$/);
});

test("flags become one typed request", async () => {
  const words =
    "photo.png painting.png --alpha 0.3 --style-layers conv1_1:3,conv2_1 --seamless --threads 2 --memory 1GB";
  const { given, machines } = await pastiche(words);
  expect(given).toMatchObject({ alpha: 0.3, styleLayers: { conv1_1: 3, conv2_1: 1 }, seamless: true });
  expect(machines).toMatchObject([{ runtime: "auto", threads: 2, memory: 1e9 }]);
});

test("quiet says nothing, and --json one object", async () => {
  const { out, err } = await pastiche("photo.png painting.png -q --json");
  expect(err).toBe("");
  expect(JSON.parse(out)).toMatchObject({ output: "photo-painting.png", width: 8, height: 6, steps: 4, loss: 0.25 });
});

test("a grid has a picture for every combination", async () => {
  const { out, err, status } = await pastiche(
    "grid photo.png painting.png --vary alpha=0.1,0.3 --dry-run --model pocket",
  );
  expect({ err, status }).toEqual({ err: "", status: 0 });
  expect(out).toContain("2 pictures");
});

test.each([
  ["photo.png painting.png --alpha x", 2, "--alpha: expected a number"],
  ["photo.png painting.png --alpha 1 --content-weight 2", 2, "--alpha: expected to be given once"],
  ["photo.png painting.png --threads 0", 2, "--threads: expected a whole number from 1 to 256"],
  ["photo.png painting.png --memory lots", 2, "--memory: expected an amount"],
  ["photo.png painting.png --runtime abacus", 2, "--runtime: expected one of"],
  ["photo.png painting.png --init nothing", 2, "--init: expected one of"],
  ["photo.png painting.png -o - --json", 2, "--json and the picture both"],
  ["photo.png painting.png --no-checkpoint --keep-checkpoint", 2, "leave --no-checkpoint out"],
  ["photo.png painting.png --iterations 5", 2, "here it is -n"],
  ["none.png painting.png", 3, "there is no such file"],
  ["resume none.ckpt", 1, "no such checkpoint"],
  ["replay photo.png --with alfa=3", 2, "--with: expected the name of a setting"],
  ["recipes nothing", 2, "recipes: expected one of"],
  ["models path vgg16", 2, "The network's name"],
  ["photo.png", 2, "missing required argument 'style'"],
])("%s: exit status %i", async (words, expected, message) => {
  const { err, status } = await pastiche(words);
  expect(err).toContain(message);
  expect(status).toBe(expected);
});
