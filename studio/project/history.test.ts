/** Undo goes back by what a hand did, not by what a slider told. */
import { expect, test } from "vitest";
import { history } from "./history.ts";

test("back and forth; a new value forgets what was undone", () => {
  const states = history(0);
  expect(states.canUndo.value).toBe(false);
  states.set(1);
  states.set(2);
  states.undo();
  expect([states.value.value, states.canRedo.value]).toEqual([1, true]);
  states.redo();
  expect(states.value.value).toBe(2);
  states.undo();
  states.set(3);
  expect([states.value.value, states.canRedo.value]).toEqual([3, false]);
  states.undo();
  states.undo();
  states.undo();
  expect([states.value.value, states.canUndo.value]).toEqual([0, false]);
});

test("one gesture is one step back, another or a late one is its own", () => {
  let time = 0;
  const states = history("", () => time);
  for (const value of ["a", "ab", "abc"]) states.set(value, "slide");
  states.set("abcd", "other");
  time += 5000;
  states.set("abcde", "other");
  const seen: string[] = [];
  while (states.canUndo.value) {
    states.undo();
    seen.push(states.value.value);
  }
  expect(seen).toEqual(["abcd", "abc", ""]);
});

test("after an undo the same gesture begins anew", () => {
  const states = history(0, () => 0);
  states.set(1, "slide");
  states.undo();
  states.set(2, "slide");
  states.undo();
  expect(states.value.value).toBe(0);
});
