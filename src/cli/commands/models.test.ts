/** `pastiche models` with files of full size: random numbers in the shape of VGG19. */
import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { convolutions } from "../../models/backbone.ts";
import { vgg19 } from "../../models/index.ts";
import { loadWeights } from "../../platform/node/weights/weights.ts";
import { writeSafetensors } from "../../weights/safetensors.ts";
import { type WeightTensor, weightTensors } from "../../weights/weights.ts";
import { commandLine } from "../program.ts";
import { processContext } from "../terminal/context.ts";

let home: string;
const keys = ["PASTICHE_HOME", "KERAS_HOME", "TORCH_HOME"];

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "pastiche-test-"));
  for (const key of keys) process.env[key] = join(home, key);
});

afterEach(() => {
  vi.restoreAllMocks();
  delete process.env.PASTICHE_MODELS_URL;
  delete process.env.PASTICHE_OFFLINE;
});

afterAll(() => {
  rmSync(home, { recursive: true, force: true });
  for (const key of keys) delete process.env[key];
});

/** Runs the command as the terminal would; gives what it wrote. */
async function models(...args: string[]): Promise<{ out: string; err: string }> {
  const written = { out: "", err: "" };
  const catching = (stream: "out" | "err") => (text: string | Uint8Array) => {
    written[stream] += String(text);
    return true;
  };
  vi.spyOn(process.stdout, "write").mockImplementation(catching("out"));
  vi.spyOn(process.stderr, "write").mockImplementation(catching("err"));
  try {
    const program = await commandLine(["models", ...args], processContext, undefined);
    await program.parseAsync(["models", ...args], { from: "user" });
  } finally {
    vi.restoreAllMocks();
  }
  return written;
}

test("the life of a network's weights", { timeout: 120_000 }, async () => {
  const weights = new Map<string, WeightTensor>();
  const names: string[] = [];
  for (const { name, inputs, outputs } of convolutions(vgg19)) {
    const data = Float32Array.from({ length: outputs * inputs * 9 }, (_, i) => Math.sin(i + names.length));
    weights.set(`${name}.weight`, { shape: [outputs, inputs, 3, 3], data });
    weights.set(`${name}.bias`, { shape: [outputs], data: new Float32Array(outputs).fill(0.5) });
    names.push(name);
  }
  const file = join(home, "mine.safetensors");
  writeFileSync(file, writeSafetensors(weights));

  expect((await models("list")).out).toMatch(
    /^pocket +in the package .*\n.*\nslim +in the package .*\n.*\nvgg19 +not installed/,
  );
  await expect(models("path")).rejects.toMatchObject({
    code: "model",
    message: expect.stringContaining("models pull vgg19"),
  });
  await expect(loadWeights(vgg19)).rejects.toMatchObject({ code: "model" });
  await expect(models("import", join(home, "nowhere.h5"))).rejects.toMatchObject({
    message: expect.stringContaining("no such file"),
  });
  await expect(models("import", file, "--model", "pocket")).rejects.toMatchObject({
    message: expect.stringContaining("expected 24 x 3 x 3 x 3"),
  });

  const imported = await models("import", file);
  expect(imported.out).toMatch(/^vgg19 is installed, from .*mine\.safetensors: .*vgg19\.safetensors\n$/);
  expect(imported.err).toContain("not one of the published files");
  const cached = (await models("path", "vgg19")).out.trim();
  expect(statSync(cached).size).toBeGreaterThan(80_000_000);
  expect(JSON.parse((await models("path", "--json")).out)).toEqual({ name: "vgg19", path: cached, origin: "cache" });
  expect((await models("pull")).out).toBe(`vgg19 is installed already: ${cached}\n`);
  expect(JSON.parse((await models("list", "--json")).out)).toMatchObject([
    { name: "pocket", installed: true, origin: "package" },
    { name: "slim", installed: true, origin: "package" },
    { name: "vgg19", installed: true, origin: "cache", path: cached },
  ]);
  expect(JSON.parse((await models("verify", "--json")).out)).toMatchObject([
    { name: "pocket" },
    { name: "slim" },
    { name: "vgg19", ok: true },
  ]);

  const started = performance.now();
  const loaded = await loadWeights(vgg19);
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(weightTensors(loaded.weights).get("conv5_4.weight")).toEqual(weights.get("conv5_4.weight"));

  truncateSync(cached, 1_000_000);
  await expect(models("verify", "vgg19")).rejects.toMatchObject({
    code: "model",
    message: expect.stringContaining("models remove vgg19"),
  });
  expect((await models("remove", "vgg19")).out).toBe("vgg19 is removed from the cache.\n");
  expect((await models("remove", "vgg19")).out).toContain("nothing to remove");
});

test("the bundled network needs no pull", async () => {
  expect((await models("pull", "pocket")).out).toMatch(/^pocket is installed already: .*pocket\.safetensors\n$/);
  expect((await models("verify", "pocket")).out).toMatch(/^pocket +ok +sha256 [0-9a-f]{64}\n$/);
});

test("a network that does not exist", async () => {
  await expect(models("pull", "vgg20")).rejects.toMatchObject({
    code: "usage",
    message: 'The network\'s name: expected pocket, slim or vgg19, got "vgg20".',
  });
});

test("no network, and a mirror that has nothing", async () => {
  process.env.PASTICHE_OFFLINE = "1";
  await expect(models("pull")).rejects.toMatchObject({ message: expect.stringContaining("PASTICHE_OFFLINE is set") });
  process.env.PASTICHE_OFFLINE = "0";
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  process.env.PASTICHE_MODELS_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/models`;
  await expect(models("pull", "vgg19")).rejects.toMatchObject({
    code: "model",
    message: expect.stringMatching(
      /^Could not download vgg19: .* answered 404 Not Found\. Offline\? If you have the file: [^\n]*$/,
    ),
  });
  server.close();
  expect(asked).toEqual(["/models/vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5", "/models/vgg19-dcbb9e9d.pth"]);
});
