/** Branches: what is kept of each, how one comes back, and that old ones go. */
import { beforeEach, expect, test, vi } from "vitest";
import { project, restart, set, undo } from "../project/project.ts";
import {
  beginBranch,
  beside,
  branchIds,
  branchName,
  chooseBranch,
  current,
  followProject,
  onLeaving,
} from "./branches.ts";
import { film } from "./film.ts";
import { beginning, begun, message, shown, status } from "./state.ts";

const picture = (step: number) => ({ image: { width: 1, height: 1, data: new Float32Array(3) }, step });

beforeEach(() => {
  restart({ photo: undefined, paintings: [], settings: {}, branch: current.value });
});

/** A job that is done, with a picture of its own. */
function painted(step: number): void {
  beginning();
  shown.value = picture(step);
  status.value = "done";
}

test("a branch is kept as it was painted, and comes back by a choice or by undo", () => {
  const leave = vi.fn();
  onLeaving(leave);
  set("alpha", 1);
  painted(1);
  const first = current.value;
  // Turned for the branch that comes.
  set("alpha", 2);
  beginBranch();
  const second = current.value;
  painted(2);
  expect(branchIds.value).toEqual([first, second]);
  expect([branchName(first), branchName(second)]).toEqual(["Branch 1", "Branch 2"]);
  expect(beside.value).toMatchObject({ id: first, project: { settings: { alpha: 1 } } });

  chooseBranch(first);
  expect(leave).toHaveBeenCalledOnce();
  expect([current.value, shown.value?.step, project.value.settings.alpha]).toEqual([first, 1, 1]);
  expect(begun.value?.settings.alpha).toBe(1);
  expect(beside.value?.id).toBe(second);

  undo();
  expect(followProject()).toBe(true);
  expect([current.value, shown.value?.step, project.value.settings.alpha]).toEqual([second, 2, 2]);
  expect(followProject()).toBe(false);
  expect(film.value).toEqual([]);
});

test("four are kept; the oldest goes, which is said, and undo to it changes nothing but what is set", () => {
  const first = branchIds.value[0]!;
  for (let i = 0; i < 4; i++) beginBranch();
  expect(branchIds.value).toHaveLength(4);
  expect(branchIds.value).not.toContain(first);
  expect(message.value?.text).toContain("The oldest branch is gone");
  chooseBranch(first);
  expect(current.value).not.toBe(first);
});
