/** Every command, from its arguments to its output, with files in memory and a stylizer that paints nothing. */
import { beforeEach, expect, test, vi } from "vitest";
import { UserError } from "../../errors.ts";
import { blank } from "../../image/image.ts";
import { fakeStylizer, memoryFiles } from "../../jobs/fixtures.case.ts";
import * as library from "../../node.ts";
import { serveStudio } from "../../server/serve.ts";
import { commandLine } from "../program.ts";
import type { Context } from "../terminal/context.ts";
import { errorOutput } from "../terminal/exit.ts";

vi.mock("../../server/serve.ts", () => ({ serveStudio: vi.fn() }));

let memory: Map<string, Uint8Array>;
let files: ReturnType<typeof memoryFiles>;
let stylizer: ReturnType<typeof fakeStylizer>;

beforeEach(() => {
  memory = new Map(["photo.png", "painting.png", "other.png"].map((name) => [name, new TextEncoder().encode(name)]));
  files = memoryFiles(memory);
  stylizer = fakeStylizer();
});

/** Runs `pastiche` with these arguments; its output and exit status. `others` replace functions of the library. */
async function pastiche(words: string, others: Partial<typeof library> = {}) {
  const written = { out: "", err: "" };
  let status = 0;
  const machines: object[] = [];
  const stream = (name: "out" | "err") => ({ write: (text: string) => (written[name] += text) });
  const context: Context = {
    stdout: stream("out"),
    stderr: stream("err"),
    exitWith: (code) => (status = code),
    library: async () => ({
      ...library,
      ...others,
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
    status = errorOutput(context.stderr, false).report(error);
  }
  return { ...written, status, machines, given: stylizer.jobs.at(-1)?.settings };
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

test("resume: a checkpoint by its name, with new flags of the machine", async () => {
  await pastiche("photo.png painting.png -o out.png --model pocket --keep-checkpoint");
  const { out, err, status, machines } = await pastiche("resume out.png.ckpt -f --threads 3");
  expect({ out, status }).toEqual({ out: "out.png\n", status: 0 });
  expect(err).toContain("step 4 of 4");
  expect(machines).toMatchObject([{ runtime: "auto", threads: 3 }]);
  expect(stylizer.jobs.at(-1)!.resume).toMatchObject({ step: 4 });
});

/** A result in a real file, as a job with these words writes it. */
async function made(words: string): Promise<void> {
  await pastiche(`${words} -o out.png --model pocket`);
  const { text } = JSON.parse(new TextDecoder().decode(memory.get("out.png")));
  memory.set("made.png", await library.encodePicture("png", { image: blank({ width: 8, height: 6 }) }, { text }));
}

test("show: the command that makes a result, or all that it records", async () => {
  await made("photo.png painting.png --alpha 0.3");
  expect(await pastiche("show made.png")).toMatchObject({
    out: "pastiche photo.png painting.png --model pocket --alpha 0.3\n",
    status: 0,
  });
  expect(JSON.parse((await pastiche("show made.png --json")).out)).toMatchObject({ settings: { alpha: 0.3 } });
});

test("replay: the same settings, but those that are changed", async () => {
  await made("photo.png painting.png --alpha 0.3 --steps 7");
  const { out, given, status } = await pastiche("replay made.png --with alpha=0.4");
  expect({ out, status }).toEqual({ out: "made-replay.png\n", status: 0 });
  expect(given).toMatchObject({ alpha: 0.4, steps: 7 });
});

test("texture: a job without a photo", async () => {
  const { out, given, status } = await pastiche("texture painting.png other.png -s 64x48 --tile --model pocket");
  expect({ out, status }).toEqual({ out: "painting-other-texture.png\n", status: 0 });
  expect(given).toMatchObject({ size: "64x48", seamless: true });
  expect(stylizer.jobs[0]).not.toHaveProperty("content");
});

test("plan: one line, and no step", async () => {
  const { out, status } = await pastiche("plan photo.png painting.png --memory 1GB");
  expect(out).toMatch(/^8x6 in one level, 4 steps, whole, about 1 MB of memory\b.*\n$/);
  expect(status).toBe(0);
  expect(JSON.parse((await pastiche("plan photo.png painting.png --json")).out)).toMatchObject({ steps: 4 });
});

test("reconstruct: a layer is a job, all layers are a sheet", async () => {
  const { out, given } = await pastiche("reconstruct photo.png --layer conv1_1 --kind style --model pocket");
  expect(out).toBe("photo-conv1_1-style.png\n");
  expect(given).toMatchObject({ contentLayers: {}, styleLayers: { conv1_1: 1 } });
  const sheet = await pastiche("reconstruct photo.png --kind content --model pocket");
  expect(sheet).toMatchObject({ out: "photo-layers.png\n", status: 0 });
  expect(stylizer.jobs.length).toBeGreaterThan(4);
});

test("features: the layers of a picture, on a sheet", async () => {
  const asked: unknown[] = [];
  const { out, status } = await pastiche("features photo.png --layer conv1_1,conv2_1 --model pocket --show gram", {
    openRuntime: (async () => ({})) as never,
    extractFeatures: async (_runtime, { backbone, pooling }, { width, height }, layers) => {
      asked.push(backbone.name, pooling, `${width}x${height}`);
      const [features, gram] = [new Float32Array(4), new Float32Array(4)];
      return layers.map((layer) => ({ layer, channels: 2, width: 2, height: 1, features, gram }));
    },
  });
  expect({ out, status }).toEqual({ out: "photo-features.png\n", status: 0 });
  expect(asked).toEqual(["pocket", "max", "256x192"]);
});

test("recipes: all with a sentence, or one as flags", async () => {
  expect((await pastiche("recipes")).out).toMatch(/^gatys +\S/m);
  expect((await pastiche("recipes gatys")).out).toContain("--optimizer lbfgs");
});

test("info: versions, runtimes and networks", async () => {
  const { out } = await pastiche("info", {
    runtimes: [{ name: "abacus", probe: async () => ({ ok: false, reason: "no beads" }) } as never],
    findWeights: async () => undefined,
  });
  expect(out).toMatch(/^runtime abacus +not here: no beads$/m);
  expect(out).toMatch(/^network pocket +not here/m);
});

test("studio: its address, until a signal ends it; another port if the usual one is taken", async () => {
  const close = vi.fn();
  vi.mocked(serveStudio).mockImplementation(async ({ port }) => {
    if (port === 4600) throw new UserError("usage", "taken");
    return { url: `http://127.0.0.1:${port}/`, close };
  });
  const before = process.listenerCount("SIGTERM");
  const run = pastiche("studio --no-open --host 0.0.0.0");
  await vi.waitFor(() => expect(process.listenerCount("SIGTERM")).toBeGreaterThan(before));
  process.emit("SIGTERM");
  expect(await run).toMatchObject({ out: "http://127.0.0.1:0/\n", status: 0 });
  expect(vi.mocked(serveStudio).mock.lastCall).toMatchObject([{ port: 0, host: "0.0.0.0" }]);
  expect(close).toHaveBeenCalledOnce();
});

test("a grid has a picture for every combination, a sheet and a page", async () => {
  const { out, status } = await pastiche(
    "grid photo.png painting.png --vary alpha=0.1,0.3 --model pocket -o folder -q",
  );
  expect({ out, status }).toEqual({ out: "", status: 0 });
  expect([...memory.keys()].filter((name) => name.startsWith("folder/")).sort()).toEqual(
    ["alpha-0.1.png", "alpha-0.3.png", "grid.json", "index.html", "sheet.png"].map((name) => `folder/${name}`),
  );
});

test("a plan of a grid", async () => {
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
