/** What is copied says all that is set. */
import { expect, test } from "vitest";
import type { PictureFile } from "../pictures/pictures.ts";
import type { Project } from "./project.ts";
import { addressOf, codeOf, commandOf } from "./share.ts";

const picture = (name: string): PictureFile => ({
  ...{ name, file: new Blob([]), url: "", width: 4, height: 3, digest: name },
});
const project: Project = {
  photo: picture("my cat.jpg"),
  paintings: [picture("a.png"), picture("it's.png")],
  settings: { size: 768, alpha: 0.3, styleLayers: { conv1_1: 0.5, conv4_1: 1 }, seamless: true, blend: [3, 1] },
};

test("a link has the settings and no picture", () => {
  expect(addressOf(project, "http://127.0.0.1:4600/?x#old")).toBe(
    "http://127.0.0.1:4600/#size=768&alpha=0.3&styleLayers=%7B%22conv1_1%22%3A0.5%2C%22conv4_1%22%3A1%7D&seamless=true&blend=%5B3%2C1%5D",
  );
});

test("a command names the pictures and every setting as the terminal spells it", () => {
  expect(commandOf(project)).toBe(
    "pastiche 'my cat.jpg' a.png 'it'\\''s.png' --blend 3,1 --size 768 --alpha 0.3 --style-layers conv1_1:0.5,conv4_1 --seamless",
  );
});

test("with regions, only the paintings that have one, and no blend", () => {
  const mask = { file: new Blob([]), digest: "m", used: [1] };
  expect(commandOf({ ...project, settings: { blend: [3, 1] }, mask })).toBe(
    "pastiche 'my cat.jpg' 'it'\\''s.png' --mask mask.png",
  );
});

test("code is a program", () => {
  expect(
    codeOf({ ...project, paintings: [picture("a.png")], settings: {} }),
  ).toBe(`import { stylize, writePicture } from "pastiche/node";

const { image } = await stylize({
  "content": "my cat.jpg",
  "style": "a.png"
});
await writePicture("pastiche.png", { image });
`);
});
