/** The settings in a result, shown as a command line and run again. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { readSettings, settingOptions } from "../../src/cli/options/settings.ts";
import { blank } from "../../src/image/image.ts";
import { commandLine, commandWords } from "../../src/jobs/record/command.ts";
import { type ResultRecord, readResultRecord, recordText } from "../../src/jobs/record/record.ts";
import { scales } from "../../src/losses/loss.ts";
import { convolutions } from "../../src/models/backbone.ts";
import { vgg19 } from "../../src/models/index.ts";
import * as optimizers from "../../src/optimizers/index.ts";
import type { Range } from "../../src/parameters/value.ts";
import { nodeFiles } from "../../src/platform/node/job-files.ts";
import { readPicture } from "../../src/platform/node/pictures/read.ts";
import { encodePicture } from "../../src/platform/node/pictures/write.ts";
import * as recipes from "../../src/recipes/index.ts";
import { describeSettings, type SettingDescription } from "../../src/settings/describe.ts";
import { parseSettings, type SettingsInput } from "../../src/settings/settings.ts";
import { folder, halves, pastiche, png, quick } from "./pastiche.ts";

const cwd = folder();
const at = (name: string) => join(cwd, name);
const deep = Number(process.env.PASTICHE_DEEP ?? 0);

beforeAll(async () => {
  writeFileSync(at("photo.png"), await png(61, 45));
  writeFileSync(at("painting.png"), await png(70, 70));
  writeFileSync(at("other.png"), await png(50, 50));
  const args = ["photo.png", "painting.png", ...quick, "--alpha", "0.3", "--lr", "0.03", "--depth", "16"];
  expect((await pastiche([...args, "-o", "out.png"], { cwd })).status).toBe(0);
});

const pixels = async (name: string) => (await readPicture(at(name))).image;
const made = (name: string) => readResultRecord(at(name), nodeFiles);

const layerNames = convolutions(vgg19).map(({ name }) => name);

/** Valid values of a setting, from its description. */
function fitting({ name, shape }: SettingDescription): fc.Arbitrary<unknown> {
  if (shape.type === "choice") return fc.constantFrom(...shape.choices);
  if (shape.type === "switch") return fc.boolean();
  if (shape.type === "layers")
    return fc.dictionary(fc.constantFrom(...layerNames), fc.double({ min: 0, max: 1e12, noNaN: true }), { minKeys: 1 });
  // Only these scales, each once; the description has a range alone.
  if (name.endsWith("Scales")) return fc.subarray([...scales], { minLength: 1 });
  const one = inRange(shape.range);
  if (shape.type === "numbers") return fc.oneof(one, fc.array(one, { minLength: 1, maxLength: 4 }));
  const words = shape.words?.flatMap((word) => (word === "WIDTHxHEIGHT" ? ["16x16384", "1024x512"] : [word])) ?? [];
  return words.length > 0 ? fc.oneof(one, fc.constantFrom(...words)) : one;
}

function inRange({ min, max, above, below, whole }: Range): fc.Arbitrary<number> {
  const limits = { min: min ?? above ?? 0, max: max ?? below ?? 1e12 };
  if (whole) return fc.integer(limits);
  return fc.double({ ...limits, minExcluded: above !== undefined, maxExcluded: below !== undefined, noNaN: true });
}

/** Any settings: each is given or not. */
const anySettings: fc.Arbitrary<SettingsInput> = fc
  .constantFrom(...(Object.keys(optimizers) as (keyof typeof optimizers)[]))
  .chain((optimizer) => {
    const others = Object.keys(optimizers).filter((name) => name !== optimizer) as (keyof typeof optimizers)[];
    const strange = others.flatMap((name) => Object.keys(optimizers[name].parameters));
    const fit = describeSettings().filter(
      ({ name }) => name in optimizers[optimizer].parameters || !strange.includes(name),
    );
    const values = fit.map((setting) => [setting.name, fitting(setting)] as const);
    return fc.record(Object.fromEntries(values), { requiredKeys: [] }).map((all) => ({ ...all, optimizer }));
  }) as fc.Arbitrary<SettingsInput>;

/** Not all weights are 0, only what can be taken apart is in tiles, and the recipe has the quality: else the settings refuse. */
const together = (given: SettingsInput) => {
  const { blend = 1, seamless, normalizeGradients, tile, recipe = "balanced", quality = "standard", styleLoss } = given;
  const near = (styleLoss ?? recipes[recipe].settings.styleLoss) === "neighbors";
  const whole = seamless || normalizeGradients || near;
  return (
    (quality === "standard" || "qualities" in recipes[recipe]) &&
    [blend].flat().some((weight) => weight > 0) &&
    !(near && new Set([blend].flat().filter((weight) => weight > 0)).size > 1) &&
    !(whole && typeof tile === "number")
  );
};

const pictureName = fc
  .string({ minLength: 1, maxLength: 12, unit: "grapheme" })
  .map((name) => `${name.replace(/[\0/\\]/g, "_")}.png`);

/** The words of a command line as they are read by a shell with $'...' (POSIX.1-2024; dash does not yet). */
function shellWords(line: string): string[] {
  const env = { ...process.env, LC_ALL: "C.UTF-8" };
  const output = execFileSync("bash", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8", env });
  return output.split("\0").slice(0, -1);
}

/** The settings that the command would use. */
function parsed(words: string[]) {
  const command = new Command().argument("<content>").argument("<style>").exitOverride();
  for (const option of settingOptions()) command.addOption(option);
  command.parse(words, { from: "user" });
  return { pictures: command.args, settings: readSettings(command.opts()).settings };
}

describe("settings are written into a picture and read back as a command line", () => {
  test("any settings, with defaults left out or not", async () => {
    const sources = (content: string, style: string) => ({
      content: { path: content, name: content },
      style: [{ path: style, name: style }],
    });
    const picture = await readPicture(at("photo.png"));
    const pictures = { content: picture, style: [picture] };
    const start = {
      type: "start",
      model: "vgg19",
      weights: "w",
      runtime: "r",
      precision: "fp32",
      levels: [],
      work: [],
      steps: 9,
      tile: "off",
      peak: 1e9,
    } as const;
    await fc.assert(
      fc.asyncProperty(
        anySettings.filter(together),
        pictureName,
        pictureName,
        fc.boolean(),
        async (given, content, style, all) => {
          const settings = parseSettings(given);
          const job = { pictures: sources(content, style), settings };
          const text = recordText(start, job, pictures, 9, nodeFiles.paths);
          const bytes = await encodePicture("png", { image: blank({ width: 2, height: 2 }) }, { text });
          writeFileSync(at("words.png"), bytes);
          const read: ResultRecord = await made("words.png");
          // JSON has no negative zero.
          expect(read.settings).toEqual(JSON.parse(JSON.stringify(settings)));
          const [program, ...words] = shellWords(commandLine(commandWords(read, all)));
          expect(program).toBe("pastiche");
          const again = parsed(words);
          expect(again.pictures.map((name) => name.replace(/^\.\/-/, "-"))).toEqual([content, style]);
          expect(parseSettings(again.settings)).toEqual({ ...read.settings, model: "vgg19" });
        },
      ),
      { numRuns: deep ? 10_000 : 100 },
    );
  });

  test("show prints the given settings; pasted, they make the same pixels", async () => {
    const { stdout, status } = await pastiche(["show", "out.png"], { cwd });
    expect(status).toBe(0);
    expect(stdout.toString()).toBe(
      "pastiche photo.png painting.png --size 48 --model slim --alpha 0.3 --steps 3 --first-steps 3 --min-size 32 --lr 0.03\n",
    );
    const words = shellWords(stdout.toString().trim()).slice(1);
    expect((await pastiche([...words, "-o", "pasted.png", "--depth", "16"], { cwd })).status).toBe(0);
    expect(await pixels("pasted.png")).toEqual(await pixels("out.png"));
    const json = await pastiche(["show", "out.png", "--json"], { cwd });
    expect(JSON.parse(json.stdout.toString())).toEqual(await made("out.png"));
  });

  test("several paintings are all shown, found and used again, in their order", async () => {
    const args = ["photo.png", "painting.png", "other.png", ...quick, "--blend", "3,1", "--style-scale", "1,0.5"];
    const first = await pastiche(args, { cwd });
    expect(first.stdout.toString()).toBe("photo-painting-other.png\n");
    const name = "photo-painting-other";
    expect((await made(`${name}.png`)).style.map((picture) => picture.name)).toEqual(["painting.png", "other.png"]);
    const { stdout } = await pastiche(["show", `${name}.png`], { cwd });
    expect(stdout.toString()).toContain(
      "pastiche photo.png painting.png other.png --size 48 --model slim --blend 3,1 ",
    );
    expect((await pastiche(["replay", `${name}.png`], { cwd })).stderr).not.toContain("Note:");
    expect(await pixels(`${name}-replay.png`)).toEqual(await pixels(`${name}.png`));
    const swapped = ["--style", "other.png", "--style", "painting.png", "--with", "blend=1,3,style-scale=0.5,1"];
    const { stderr } = await pastiche(["replay", `${name}.png`, ...swapped, "-o", "swapped.png"], { cwd });
    expect(stderr.match(/is not the picture that it was made of/g)).toHaveLength(2);
    const [a, b] = [(await pixels("swapped.png")).data, (await pixels(`${name}.png`)).data];
    expect(Math.max(...a.map((x, i) => Math.abs(x - b[i]!)))).toBeLessThan(0.02);
    const alone = await pastiche(["replay", `${name}.png`, "--style", "other.png", "-o", "alone.png"], { cwd });
    expect(alone).toMatchObject({ status: 2, stderr: expect.stringContaining("--blend: expected one number") });
  });

  test("masks are shown, found and used again", async () => {
    writeFileSync(at("mask.png"), await encodePicture("png", { image: halves(61, 45) }));
    writeFileSync(at("painting-mask.png"), await encodePicture("png", { image: halves(70, 70) }));
    writeFileSync(at("red-mask.png"), await encodePicture("png", { image: blank({ width: 9, height: 9 }, [1, 1, 1]) }));
    const masks = ["--mask", "mask.png", "--style-mask", "painting-mask.png"];
    const { stderr, status } = await pastiche(["photo.png", "painting.png", ...quick, ...masks, "-o", "m.png"], {
      cwd,
    });
    expect(status).toBe(0);
    expect(stderr).toContain("Regions: #ffffff (51%) like painting.png; #000000 (49%) like painting.png.");
    const shown = await pastiche(["show", "m.png"], { cwd });
    expect(shown.stdout.toString()).toContain(`pastiche photo.png painting.png ${masks.join(" ")} --size 48`);
    expect((await pastiche(["replay", "m.png"], { cwd })).status).toBe(0);
    expect(await pixels("m-replay.png")).toEqual(await pixels("m.png"));
    const other = await pastiche(["replay", "m.png", "--style-mask", "red-mask.png", "-o", "left.png"], { cwd });
    expect(other.stderr).toContain("Note: red-mask.png is not the picture that it was made of.");
    expect(other.stderr).toContain("Regions: #ffffff (51%) like painting.png; #000000 (49%) stays as it is.");
    rmSync(at("painting-mask.png"));
    const lost = await pastiche(["replay", "m.png", "-o", "lost.png"], { cwd });
    expect(lost).toMatchObject({ status: 3, stderr: expect.stringContaining("give it with --style-mask FILE") });
  });

  test("a start from a file is shown as one", async () => {
    await pastiche(["photo.png", "painting.png", ...quick, "--init", "./other.png", "-o", "started.png"], { cwd });
    const { stdout } = await pastiche(["show", "started.png"], { cwd });
    expect(stdout.toString()).toContain("--init other.png");
    expect((await pastiche(["replay", "started.png"], { cwd })).status).toBe(0);
    expect(await pixels("started-replay.png")).toEqual(await pixels("started.png"));
    const grey = await pastiche(["replay", "started.png", "--with", "init=gray", "-o", "grey.png"], { cwd });
    expect(grey.status).toBe(0);
    expect((await made("grey.png")).start).toBeUndefined();
  });
});

describe("replay", () => {
  test("makes the same pixels again, in the same depth", async () => {
    const { status, stdout, stderr } = await pastiche(["replay", "out.png"], { cwd });
    expect(stderr).not.toContain("Note:");
    expect(status).toBe(0);
    expect(stdout.toString()).toBe("out-replay.png\n");
    expect(await readPicture(at("out-replay.png"))).toMatchObject({ depth: 16, image: await pixels("out.png") });
  });

  test.each(["jpg", "webp", "tif"])("from a %s, too", async (ending) => {
    await pastiche(["photo.png", "painting.png", ...quick, "-o", `result.${ending}`], { cwd });
    expect((await pastiche(["replay", `result.${ending}`], { cwd })).status).toBe(0);
    expect(await pixels(`result-replay.${ending}`)).toEqual(await pixels(`result.${ending}`));
  });

  test("with some settings changed", async () => {
    const args = ["--with", "size=32,alpha=0.1", "--with", "style-layers=conv1_1:2,conv2_1,lr=0.01", "-o", "less.png"];
    expect((await pastiche(["replay", "out.png", ...args], { cwd })).status).toBe(0);
    const [less, was] = [await made("less.png"), await made("out.png")];
    const { parameters } = was.settings;
    expect(less.settings).toEqual({
      ...was.settings,
      model: "slim",
      size: 32,
      alpha: 0.1,
      styleLayers: { conv1_1: 2, conv2_1: 1 },
      parameters: { ...parameters, learningRate: 0.01 },
    });
    const other = ["--with", "optimizer=lbfgs,history=2", "-o", "lbfgs.png"];
    expect((await pastiche(["replay", "out.png", ...other], { cwd })).status).toBe(0);
    expect((await made("lbfgs.png")).settings.parameters).toEqual({ learningRate: 0.1, history: 2 });
  });

  test("finds its pictures beside it, from any folder; others are accepted with a note", async () => {
    mkdirSync(at("elsewhere"), { recursive: true });
    const there = { cwd: at("elsewhere") };
    const args = ["replay", "../out.png", "-o", "again.png"];
    expect((await pastiche(args, there)).status).toBe(0);
    const { stderr, status } = await pastiche([...args, "-f", "--content", "../other.png"], there);
    expect(status).toBe(0);
    expect(stderr).toContain("Note: ../other.png is not the picture that it was made of.");
    writeFileSync(join(there.cwd, "alone.png"), readFileSync(at("out.png")));
    const alone = await pastiche(["replay", "alone.png"], there);
    expect(alone).toMatchObject({ status: 3, stderr: expect.stringContaining("photo.png, the photo of this job") });
    const given = ["--content", "../photo.png", "--style", "../painting.png"];
    expect((await pastiche(["replay", "alone.png", ...given], there)).stderr).not.toContain("Note:");
    expect(await pixels("elsewhere/alone-replay.png")).toEqual(await pixels("out.png"));
  });

  test("notes what differs from the first run", async () => {
    const { pastiche: words } = (await import("../../src/platform/pictures/text.ts")).readPictureText(
      readFileSync(at("out.png")),
    );
    const adjusted = [2, 2, 5].map((step) => ({ step, changes: { alpha: 0.3 } }));
    const changed = {
      ...JSON.parse(words!),
      version: "0.0.1",
      runtime: "abacus",
      weights: "0".repeat(64),
      step: 2,
      adjusted,
    };
    const text = { pastiche: JSON.stringify(changed) };
    writeFileSync(at("old.png"), await encodePicture("png", { image: await pixels("out.png") }, { text }));
    const { stderr, status } = await pastiche(["replay", "old.png"], { cwd });
    expect(status).toBe(0);
    expect(stderr).toContain("Note: it was made on abacus, this is cpu");
    expect(stderr).toContain("Note: it was made with other weights of slim (0000000000000000).");
    expect(stderr).toContain("Note: it was made with pastiche 0.0.1, this is");
    expect(stderr).toContain("Note: its settings were changed at step 2, 5; now the last ones count from the start.");
    expect(stderr).toContain("Note: it shows step 2 of 6; now all are done.");
    const unknown = { ...changed, settings: { ...changed.settings, brush: "wide" } };
    const image = await pixels("out.png");
    writeFileSync(
      at("new.png"),
      await encodePicture("png", { image }, { text: { pastiche: JSON.stringify(unknown) } }),
    );
    const refused = await pastiche(["show", "new.png"], { cwd });
    expect(refused).toMatchObject({ status: 3, stderr: expect.stringContaining("does not understand its settings") });
  });

  test.each([
    [["show", "photo.png"], 3, "photo.png does not say how it was made"],
    [["show", "none.png"], 3, "there is no such file"],
    [["replay", "photo.png"], 3, "photo.png does not say how it was made"],
    [["replay", "out.png", "-o", "photo.png"], 1, "photo.png exists already"],
    [["replay", "out.png", "--with", "siez=3"], 2, 'got "siez"'],
    [["replay", "out.png", "--with", "size"], 2, "--with: expected NAME=VALUE"],
    [["replay", "out.png", "--with", "size=3,size=4"], 2, "every setting once"],
    [["replay", "out.png", "--with", "size=big"], 2, "size: expected"],
    [["replay", "out.png", "--with", "history=3"], 2, "no such parameter"],
  ])("%j is refused", async (args, status, part) => {
    expect(await pastiche(args, { cwd })).toMatchObject({ status, stderr: expect.stringContaining(part) });
  });
});

describe("the precision of a job", () => {
  const elsewhere = folder();
  writeFileSync(join(elsewhere, "measured.json"), '{ "steps in eight bits": true }');
  const steps = ["-s", "64", "-n", "20", "--first-steps", "20", "--min-size", "64", "--threads", "1"];

  test.each([
    ["eight bits", { PASTICHE_HOME: elsewhere }, {}, "int8"],
    ["floats", {}, { PASTICHE_HOME: elsewhere }, "fp32"],
  ] as const)("%s: is used again even if the machine would choose another", async (_, then, now, precision) => {
    const args = ["photo.png", "painting.png", ...steps, "-f", "-o", "auto.png"];
    expect(await pastiche(args, { cwd, env: then })).toMatchObject({ status: 0 });
    expect(await made("auto.png")).toMatchObject({ precision, settings: { precision: "auto" } });
    const replayed = await pastiche(["replay", "auto.png", "-f", "--threads", "1"], { cwd, env: now });
    expect(replayed.status).toBe(0);
    expect(replayed.stderr).not.toContain("Note:");
    expect(await pixels("auto-replay.png")).toEqual(await pixels("auto.png"));
    // Without the record, the machine would choose, with other pixels.
    const changed = ["replay", "auto.png", "-f", "--with", `precision=${precision === "int8" ? "fp32" : "int8"}`];
    expect(await pastiche(changed, { cwd, env: now })).toMatchObject({ status: 0 });
    expect(await pixels("auto-replay.png")).not.toEqual(await pixels("auto.png"));
  });

  test("a precision that is not available gives a note", async () => {
    const args = ["photo.png", "painting.png", ...steps, "-f", "-o", "auto.png"];
    expect(await pastiche(args, { cwd, env: { PASTICHE_HOME: elsewhere } })).toMatchObject({ status: 0 });
    const { status, stderr } = await pastiche(["replay", "auto.png", "-f", "--with", "optimizer=lbfgs"], { cwd });
    expect(status).toBe(0);
    expect(stderr).toContain("Note: most of its steps were in int8, which cannot be here; now they are in fp32.");
  });
});
