/** Downloads from a misbehaving loopback server, and the state of the cache afterwards. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "vite";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { UserError } from "../../../errors.ts";
import type { Manifest } from "../../../weights/manifest.ts";
import { expectedTiny, fixture, tiny } from "../../../weights/tiny.case.ts";
import { weightTensors } from "../../../weights/weights.ts";
import { cachedWeights, cachePath } from "./cache.ts";
import { pullWeights } from "./pull.ts";
import { loadWeights, partPath, removeWeights } from "./weights.ts";

const name = "tiny-torchvision.safetensors";
const file = Buffer.from(fixture(name));
const sha = createHash("sha256").update(file).digest("hex");

let home: string;
let server: Server;
let base: string;
let requests: { url: string; range?: string | undefined; ifRange?: string | undefined }[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "pastiche-test-"));
  for (const key of ["PASTICHE_HOME", "KERAS_HOME", "TORCH_HOME"]) process.env[key] = join(home, key);
  requests = [];
  answer = whole;
  server = createServer((request, response) => {
    const { range, "if-range": ifRange } = request.headers;
    requests.push({ url: request.url!, range, ifRange: ifRange as string | undefined });
    answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(home, { recursive: true, force: true });
  for (const key of ["PASTICHE_HOME", "KERAS_HOME", "TORCH_HOME", "PASTICHE_OFFLINE", "PASTICHE_MODELS_URL"]) {
    delete process.env[key];
  }
});

function manifest(changes: object = {}, paths = ["/a"]): Manifest {
  const urls = paths.map((path) => (path.startsWith("/") ? base + path : path));
  const entry = {
    name,
    urls,
    bytes: file.length,
    digest: { algorithm: "sha256", hex: sha },
    seen: true,
    program: "torch",
    licence: "",
    credit: "",
    ...changes,
  } as const;
  return { files: [entry], licence: "", credit: "" };
}

function whole(request: IncomingMessage, response: ServerResponse): void {
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
  const from = range ? Number(range[1]) : 0;
  const headers: Record<string, string | number> = { etag: '"one"', "content-length": file.length - from };
  if (range) headers["content-range"] = `bytes ${from}-${file.length - 1}/${file.length}`;
  response.writeHead(range ? 206 : 200, headers).end(file.subarray(from));
}

/** Sends a piece and ends the connection once the client has it on disk, because a cut loses data in transit. */
function cut(response: ServerResponse, piece: Uint8Array, end: () => void = () => response.destroy()): void {
  response.write(piece);
  const timer = setInterval(() => {
    const there = statSync(partPath(tiny), { throwIfNoEntry: false })?.size ?? 0;
    if (there < piece.length) return;
    clearInterval(timer);
    end();
  }, 5);
}

const status = (code: number) => (_: IncomingMessage, response: ServerResponse) => void response.writeHead(code).end();
const pull = (changes: object = {}, paths = ["/a"], options: object = {}) =>
  pullWeights(tiny, { manifest: manifest(changes, paths), connectMs: 30_000, stallMs: 30_000, ...options });
const left = () => readdirSync(join(home, "PASTICHE_HOME", "models")).sort();

async function refusal(promise: Promise<unknown>): Promise<UserError> {
  const error = await promise.then(
    () => undefined,
    (error) => error,
  );
  expect(error).toMatchObject({ name: "UserError" });
  expect(error.message).not.toContain("\n");
  return error;
}

async function expectInstalled(): Promise<void> {
  const cached = await cachedWeights(tiny, { verify: true });
  expect(cached).toMatchObject({ source: name, original: `sha256:${sha}` });
  for (const [key, { data }] of expectedTiny(name))
    expect(weightTensors(cached!.weights).get(key)!.data, key).toEqual(data);
  expect(left()).toEqual(["tiny.safetensors"]);
}

test("a whole file is downloaded, converted and cached; a second pull does nothing", async () => {
  const seen: number[] = [];
  const result = await pull({}, ["/a"], { onProgress: (received: number) => seen.push(received) });
  expect(result).toEqual({ status: "downloaded", path: cachePath("tiny"), file: name });
  expect(seen.at(-1)).toBe(file.length);
  await expectInstalled();
  expect(await pull()).toMatchObject({ status: "present" });
  expect(requests).toHaveLength(1);
  expect(await loadWeights(tiny)).toMatchObject({ origin: "cache", source: name });
  expect(await removeWeights(tiny)).toBe(true);
  expect(await removeWeights(tiny)).toBe(false);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
  "a connection cut at %i tenths of the file is resumed there",
  async (tenths) => {
    const length = Math.min(file.length - 1, Math.floor((file.length * tenths) / 10));
    answer = (request, response) => {
      if (request.headers.range) return whole(request, response);
      response.writeHead(200, { etag: '"one"', "content-length": file.length });
      cut(response, file.subarray(0, length));
    };
    await pull();
    expect(requests.slice(1)).toEqual([{ url: "/a", range: `bytes=${length}-`, ifRange: '"one"' }]);
    await expectInstalled();
  },
);

test("an aborted download is resumed by the next pull", async () => {
  const stop = new AbortController();
  answer = (_, response) => {
    response.writeHead(200, { etag: '"one"', "content-length": file.length });
    cut(response, file.subarray(0, 500), () => stop.abort(new Error("enough")));
  };
  await expect(pull({}, ["/a"], { signal: stop.signal })).rejects.toThrow("enough");
  expect(left()).toEqual(["tiny.part", "tiny.part.json"]);
  answer = whole;
  await pull();
  expect(requests[1]!.range).toBe("bytes=500-");
  await expectInstalled();
});

test("a file that changed on the server in between is downloaded from the start", async () => {
  answer = (request, response) => {
    if (requests.length > 1)
      return whole({ headers: { ...request.headers, range: undefined } } as IncomingMessage, response);
    response.writeHead(200, { etag: '"old"', "content-length": file.length });
    cut(response, Buffer.alloc(300, 1));
  };
  await pull();
  await expectInstalled();
});

test("if the server rejects the range, the whole file is requested", async () => {
  answer = (request, response) => {
    if (request.headers.range) return status(416)(request, response);
    if (requests.length > 1) return whole(request, response);
    response.writeHead(200, { "content-length": file.length });
    cut(response, file.subarray(0, 300));
  };
  await pull();
  expect(requests.map(({ range }) => range)).toEqual([undefined, "bytes=300-", undefined]);
  await expectInstalled();
});

test("mirrors are tried in order", async () => {
  answer = (request, response) =>
    (request.url === "/c" ? whole : status(request.url === "/a" ? 500 : 404))(request, response);
  const notes: string[] = [];
  await pull({}, ["/a", "/b", "/c"], { onNote: (note: string) => notes.push(note) });
  expect(requests.map(({ url }) => url)).toEqual(["/a", "/b", "/c"]);
  expect(notes).toEqual([
    expect.stringMatching(/answered 500.*; .*answered 404 Not Found; 127\.0\.0\.1:\d+ delivered it\.$/),
  ]);
  await expectInstalled();
});

const hang = () => {};
const stall = (_: IncomingMessage, response: ServerResponse) => {
  response.writeHead(200, { "content-length": file.length });
  response.write(file.subarray(0, 10));
};
const redirect = (location: string) => (_: IncomingMessage, response: ServerResponse) =>
  void response.writeHead(302, { location }).end();
const long = (_: IncomingMessage, response: ServerResponse) => {
  response.writeHead(200);
  response.end(Buffer.concat([file, file]));
};
const wrongRange = (request: IncomingMessage, response: ServerResponse) => {
  if (request.headers.range)
    response.writeHead(206, { "content-range": `bytes 0-9/${file.length}` }).end(file.subarray(0, 10));
  else {
    response.writeHead(200, { etag: '"one"', "content-length": file.length });
    cut(response, file.subarray(0, 100));
  }
};

test.each<[string, typeof answer, string, object?]>([
  ["404", status(404), "answered 404 Not Found"],
  ["500", status(500), "answered 500"],
  ["a hang before the answer", hang, "gave no answer within 0.4 s"],
  ["a stall within it", stall, "sent nothing for 0.4 s"],
  ["a wrong length", whole, "not the 99 of the right file", { bytes: 99 }],
  ["more than was announced", long, "sends more than"],
  ["a wrong digest", whole, "expected sha256 00, got", { digest: { algorithm: "sha256", hex: "00" } }],
  ["a wrong MD5", whole, "expected md5 00, got", { digest: { algorithm: "md5", hex: "00" } }],
  ["another part than was asked for", wrongRange, "not the"],
  ["a redirect away from https", redirect("http://example.com/file"), "is not https"],
  ["a redirect to a file", redirect("file:///etc/passwd"), "is not https"],
  ["redirects in circles", redirect("/a"), "redirects in circles"],
])("%s gives one clear line, and leaves no weights", async (_, behaviour, message, changes = {}) => {
  answer = behaviour;
  const started = performance.now();
  const patience = behaviour === hang ? { connectMs: 400 } : behaviour === stall ? { stallMs: 400 } : {};
  const error = await refusal(pull(changes, ["/a"], patience));
  expect(error.code).toBe("model");
  expect(error.message).toContain(message);
  expect(error.message).toContain("Offline? If you have the file: pastiche models import FILE --model tiny.");
  expect(performance.now() - started).toBeLessThan(15_000);
  expect(left().filter((entry) => !entry.includes(".part"))).toEqual([]);
});

test("a file that is not a network is rejected despite a matching digest", async () => {
  const junk = Buffer.from("<!doctype html>");
  answer = (_, response) => void response.end(junk);
  const digest = { algorithm: "sha256", hex: createHash("sha256").update(junk).digest("hex") };
  expect((await refusal(pull({ bytes: junk.length, digest }))).message).toContain("a web page");
});

test("no server at all", async () => {
  const error = await refusal(pull({}, ["http://127.0.0.1:1/x", "https://nowhere.invalid/x"]));
  expect(error.message).toMatch(/127\.0\.0\.1:1 could not be reached .*; nowhere\.invalid could not be reached/);
});

test("offline by wish sends nothing", async () => {
  process.env.PASTICHE_OFFLINE = "1";
  expect((await refusal(pull())).message).toContain("PASTICHE_OFFLINE is set");
  expect(requests).toEqual([]);
});

test("a company's mirror replaces the published addresses", async () => {
  process.env.PASTICHE_MODELS_URL = `${base}/company/`;
  await pull({}, ["https://nowhere.invalid/x"]);
  expect(requests.map(({ url }) => url)).toEqual([`/company/${name}`]);
});

test("PyTorch's own copy is used instead of the network, if it is sound", async () => {
  const folder = join(home, "TORCH_HOME", "hub", "checkpoints");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), Buffer.from(file).fill(1, 1000));
  await pull();
  expect(requests).toHaveLength(1);
  await removeWeights(tiny);
  writeFileSync(join(folder, name), file);
  expect(await loadWeights(tiny, { manifest: manifest() })).toMatchObject({ origin: "torch", source: name });
  await expectInstalled();
  await removeWeights(tiny);
  expect(await pull()).toMatchObject({ status: "converted" });
  expect(requests).toHaveLength(1);
});

test("a cache folder that cannot be one is a clear error", async () => {
  writeFileSync(join(home, "PASTICHE_HOME"), "a file");
  const error = await refusal(pull());
  expect(error).toMatchObject({
    code: "file",
    message: expect.stringContaining("set PASTICHE_HOME to another folder"),
  });
});

test("PyTorch's own copy is used even where the cache cannot be written", async () => {
  const folder = join(home, "TORCH_HOME", "hub", "checkpoints");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), file);
  writeFileSync(join(home, "PASTICHE_HOME"), "a file");
  const { origin, digest, weights } = await loadWeights(tiny, { manifest: manifest() });
  expect(origin).toBe("torch");
  expect(weights.mean).toEqual(expectedTiny(name).get("mean")!.data);
  rmSync(join(home, "PASTICHE_HOME"));
  expect((await loadWeights(tiny, { manifest: manifest() })).digest).toBe(digest);
  expect((await loadWeights(tiny)).digest).toBe(digest);
});

test("a damaged cache file is detected: its structure always, its tensors by verify", async () => {
  await pull();
  const path = cachePath("tiny");
  const bytes = readFileSync(path);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(path, bytes);
  await loadWeights(tiny);
  expect((await refusal(cachedWeights(tiny, { verify: true }))).message).toContain("has changed since it was written");
  writeFileSync(path, bytes.subarray(0, 900));
  expect((await refusal(loadWeights(tiny))).message).toContain("pastiche models remove tiny");
});

test("several processes at once download once; a killed one's lock does not last", { timeout: 120_000 }, async () => {
  const out = join("node_modules", ".cache", `pastiche-pull-${process.pid}`);
  await build({
    configFile: false,
    logLevel: "silent",
    build: { ssr: "src/platform/node/weights/pull.ts", outDir: out, emptyOutDir: true, minify: false },
  });
  try {
    const entry = readdirSync(out).find((entry) => entry.startsWith("pull"))!;
    answer = (request, response) => void setTimeout(() => whole(request, response), 500);
    mkdirSync(join(home, "PASTICHE_HOME", "models"), { recursive: true });
    const dead = { id: "x", pid: 2 ** 22 + 1, host: (await import("node:os")).hostname(), started: 0 };
    writeFileSync(join(home, "PASTICHE_HOME", "models", "tiny.lock"), JSON.stringify(dead));
    const script = `import { pullWeights } from ${JSON.stringify(join(process.cwd(), out, entry))};
      const { status } = await pullWeights(${JSON.stringify(tiny)}, { manifest: ${JSON.stringify(manifest())} });
      process.stdout.write(status);`;
    const run = () => promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
    const results = await Promise.all(Array.from({ length: 8 }, run));
    expect(results.map(({ stdout }) => stdout).sort()).toEqual(["downloaded", ...Array(7).fill("present")]);
    expect(requests).toHaveLength(1);
    await expectInstalled();
    expect(statSync(cachePath("tiny")).size).toBeGreaterThan(1000);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
});
