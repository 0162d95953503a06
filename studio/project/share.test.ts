/** What is copied says all that is set, and what a picture began with. */
import { parseSettings, type SettingsInput } from "pastiche/web";
import { expect, test } from "vitest";
import type { PictureFile } from "../pictures/pictures.ts";
import type { Project } from "./project.ts";
import { addressOf, codeOf, commandOf, type Repetition } from "./share.ts";

const picture = (name: string): PictureFile => ({
  ...{ name, file: new Blob([]), url: "", width: 4, height: 3, digest: name },
});
const project: Project = {
  photo: picture("my cat.jpg"),
  paintings: [picture("a.png"), picture("it's.png")],
  settings: { size: 768, alpha: 0.3, styleLayers: { conv1_1: 0.5, conv4_1: 1 }, seamless: true, blend: [3, 1] },
};
const repetition = (settings: SettingsInput = {}, others: Partial<Repetition> = {}): Repetition => ({
  ...{ project, settings: parseSettings(settings), model: "auto" },
  ...others,
});

test("a link has the settings and no picture", () => {
  expect(addressOf(project, "http://127.0.0.1:4600/?x#old")).toBe(
    "http://127.0.0.1:4600/#size=768&alpha=0.3&styleLayers=%7B%22conv1_1%22%3A0.5%2C%22conv4_1%22%3A1%7D&seamless=true&blend=%5B3%2C1%5D",
  );
});

test("a command names the pictures and every setting as the terminal spells it", () => {
  const command = commandOf(repetition(project.settings));
  expect(command).toMatch(/^pastiche 'my cat.jpg' a.png 'it'\\''s.png' --/);
  for (const words of [
    "--blend 3,1",
    "--size 768",
    "--alpha 0.3",
    "--style-layers conv1_1:0.5,conv4_1",
    "--seamless",
  ]) {
    expect(command).toContain(words);
  }
  expect(command).not.toContain("--tv");
  expect(command).not.toContain("--model");
});

test("with regions, only the paintings that have one", () => {
  const mask = { file: new Blob([]), digest: "m", used: [1] };
  expect(commandOf(repetition({}, { project: { ...project, mask } }))).toBe(
    "pastiche 'my cat.jpg' 'it'\\''s.png' --mask mask.png",
  );
});

test("a job that went on has the state, or the picture, and the network that it was painted with", () => {
  const from = commandOf(repetition({ alpha: 2 }, { model: "pocket", begins: "state" }));
  expect(from).toContain("--from 'my cat-a-it'\\''s.ckpt' ");
  expect(from).toContain("--alpha 2 ");
  // Without it the value would be the state's.
  expect(from).toContain("--tv ");
  expect(from).toContain("--model pocket");
  expect(from).not.toContain("--init");
  expect(commandOf(repetition({ levels: 1 }, { begins: "picture" }))).toContain("--init start.png");
});

test("files of one name have two in a command", () => {
  const twins = { ...project, photo: picture("a.png"), paintings: [picture("a.png"), picture("mask.png")] };
  expect(commandOf(repetition({}, { project: twins }))).toBe("pastiche a.png a-2.png mask-2.png");
});

test("code is a program", () => {
  const one = { ...project, paintings: [picture("a.png")] };
  expect(codeOf(repetition({}, { project: one }))).toBe(`import { stylize, writePicture } from "pastiche/node";

const { image } = await stylize({
  "content": "my cat.jpg",
  "style": "a.png"
});
await writePicture("pastiche.png", { image });
`);
  const from = codeOf(repetition({ alpha: 2 }, { project: one, model: "pocket", begins: "state" }));
  expect(from).toContain('"from": "my cat-a.ckpt"');
  expect(from).toContain('"alpha": 2');
});
