/** How long going on will take, by the pace of the job before it. */
import { computed, signal } from "@preact/signals";
import { type Level, pyramid } from "pastiche/web";
import { project, settings } from "../project/project.ts";
import { goingOn } from "./run.ts";
import { isRunning, latest, speed, start } from "./state.ts";

/** Pixels of a level times steps, in a second; 0 where nothing was painted yet. */
const pace = signal(0);

/** From now on measures what is painted. */
export function watchPace(): void {
  speed.subscribe((steps) => {
    const level = isRunning.peek() && start.peek()?.levels[latest.peek()?.level ?? 0];
    if (level && steps > 0) pace.value = steps * level.width * level.height;
  });
}

/** Seconds of a job that goes on from the picture that is shown; undefined where none can, or its pace is not known. */
export const secondsToGoOn = computed(() => {
  const [more, { photo }] = [goingOn.value, project.value];
  if (!more || !photo || pace.value === 0) return undefined;
  const all = { ...settings.value, ...more };
  const scale = typeof all.size === "number" ? all.size / Math.max(photo.width, photo.height) : 1;
  const size = { width: photo.width * scale, height: photo.height * scale };
  const { minSize, levels, steps, firstSteps } = all;
  return workOf(pyramid({ ...size, minSize, levels, steps, firstSteps })) / pace.value;
});

function workOf(levels: readonly Level[]): number {
  return levels.reduce((sum, { width, height, steps }) => sum + width * height * steps, 0);
}
