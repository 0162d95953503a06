/** How long going on will take: the work of that job, tiles included, by the pace of the job before it. */
import { computed, effect, signal } from "@preact/signals";
import { chosenSettings, type SettingsInput } from "pastiche/web";
import { project, settings } from "../project/project.ts";
import { decidingOf } from "./largest.ts";
import { goingOn, painter } from "./run.ts";
import { engine, isRunning, latest, speed, start } from "./state.ts";

/** Pixels that the network runs over in a second; 0 where nothing was painted yet. */
const pace = signal(0);

/** The work of the job that would go on; undefined where none can, or it is not known yet. */
const work = signal<{ readonly of: string; readonly pixels: number } | undefined>(undefined);

/** Settings come to rest for so long, in milliseconds, before the engine is asked. */
const REST = 400;

/** The job that goes on from the picture that is shown, as far as it decides on the work; undefined where none can. */
const next = computed(() => {
  const [more, { photo }] = [goingOn.value, project.value];
  if (!more || !photo) return undefined;
  const { size } = settings.value;
  const sizes = { size: typeof size === "number" ? size : Math.max(photo.width, photo.height), ...more };
  const all: SettingsInput = { ...decidingOf(chosenSettings(settings.value)), ...sizes };
  return { settings: all, photo, of: JSON.stringify([engine.value, all, photo.digest]) };
});

/** From now on measures what is painted, and asks what going on would take. */
export function watchPace(): void {
  speed.subscribe((steps) => {
    const pixels = isRunning.peek() && start.peek()?.work[latest.peek()?.level ?? 0]?.pixels;
    if (pixels && steps > 0) pace.value = steps * pixels;
  });
  effect(() => {
    const job = next.value;
    if (!job || job.of === work.peek()?.of) return;
    const timer = setTimeout(async () => {
      // What fails here fails again where it is needed, and is said there.
      const pixels = await painter()
        .work(job.settings, job.photo)
        .catch(() => undefined);
      if (pixels !== undefined && next.peek()?.of === job.of) work.value = { of: job.of, pixels };
    }, REST);
    return () => clearTimeout(timer);
  });
}

/** Seconds of a job that goes on from the picture that is shown; undefined where none can, or it is not known. */
export const secondsToGoOn = computed(() => {
  const known = work.value;
  if (!known || known.of !== next.value?.of || pace.value === 0) return undefined;
  return known.pixels / pace.value;
});
