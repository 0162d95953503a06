/** The keyboard: what every key does where nothing else wants it. */

import { redo, undo } from "../project/project.ts";
import { brushing } from "../project/regions.ts";
import { canCompare } from "../run/counterpart.ts";
import { closeGrid, grid } from "../run/grid.ts";
import { goingOn, goOn, paint, paintOn, pause } from "../run/run.ts";
import { canPaint, isRunning, status } from "../run/state.ts";
import { isTyping } from "./typing.ts";
import { look } from "./view.ts";

/** Listens until it is told to stop. */
export function receiveKeys(): () => void {
  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}

function onKey(event: KeyboardEvent): void {
  const { key, ctrlKey, metaKey, shiftKey, altKey } = event;
  if (altKey || isTyping(event.target)) return;
  if (ctrlKey || metaKey) {
    if (key.toLowerCase() === "z") done(event, shiftKey ? redo : undo);
    if (key.toLowerCase() === "y") done(event, redo);
    return;
  }
  if (key === "Escape" && brushing.value) done(event, () => (brushing.value = false));
  if (key === "Escape" && grid.value) done(event, closeGrid);
  if (key === "1") done(event, () => look("photo"));
  if (key === "2") done(event, () => look("split"));
  if (key === "3") done(event, () => look("result"));
  if (key === "4" && canCompare.value) done(event, () => look("pair"));
  if (key === "5" && canCompare.value) done(event, () => look("wipe"));
  const onButton = event.target instanceof HTMLElement && event.target.matches("button, summary, a, [type=radio]");
  if (key === " " && !onButton) done(event, playOrPause);
}

function playOrPause(): void {
  if (status.value === "painting") pause();
  else if (status.value === "paused") goOn();
  else if (status.value === "stopped" && goingOn.value) void paintOn();
  else if (canPaint.value && !isRunning.value) paint();
}

function done(event: Event, act: () => void): void {
  event.preventDefault();
  act();
}
