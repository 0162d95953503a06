/** Films are kept as far as there is room: the first branch's always, of those that have none the last frame, shared frames once. */
import { expect, test } from "vitest";
import type { Branch } from "../run/branches.ts";
import { type Fitting, fitting } from "./room.ts";

const frame = (id: string) => ({ id, file: new Blob([new Uint8Array(10)]) });
const branch = (id: number, ...frames: string[]) =>
  ({ id, film: { frames: frames.map(frame), every: 1, before: 0 } }) as unknown as Branch;
const ids = ({ branches }: Fitting) => branches.map(({ film }) => film.frames.map(({ id }) => id));

const all = [branch(3, "a", "b"), branch(2, "a", "c"), branch(1, "d", "e")];

test("with room for all, all are kept, and what they share counts once", () => {
  const kept = fitting(all, 50);
  expect(ids(kept)).toEqual([
    ["a", "b"],
    ["a", "c"],
    ["d", "e"],
  ]);
  expect([...kept.files.keys()]).toEqual(["a", "b", "c", "d", "e"]);
  expect(kept.cut).toEqual([]);
});

test("without, the oldest keeps its last frame", () => {
  const kept = fitting(all, 49);
  expect(ids(kept)).toEqual([["a", "b"], ["a", "c"], ["e"]]);
  expect([...kept.files.keys()]).toEqual(["a", "b", "c", "e"]);
  expect(kept.cut.map(({ id }) => id)).toEqual([1]);
});

test("the one in view is kept however large it is", () => {
  expect(ids(fitting(all, 5))).toEqual([["a", "b"], ["c"], ["e"]]);
});
