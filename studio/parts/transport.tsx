/** Run, pause, go on, stop, and how far it is. */

import { durationText } from "../page/words.ts";
import { settings } from "../project/project.ts";
import { secondsToGoOn } from "../run/forecast.ts";
import { goingOn, goOn, paint, paintOn, pause, stop } from "../run/run.ts";
import {
  begun,
  canPaint,
  isRunning,
  isStale,
  latest,
  pausing,
  secondsLeft,
  shown,
  speed,
  start,
  status,
} from "../run/state.ts";
import { Icon } from "./controls/icon.tsx";
import { Save } from "./save.tsx";
import { Share } from "./share.tsx";

export function Transport() {
  const done = status.value === "done" ? 1 : (latest.value?.progress ?? 0);
  // Without a value it only moves: nobody knows how long a beginning takes.
  const progress = status.value === "starting" ? {} : { value: done };
  return (
    <footer class="transport">
      <progress class="bar" {...progress} aria-label="How much is painted" />
      <div class="buttons">
        <Main />
        {canGoOn() && status.value === "stopped" && (
          <button type="button" onClick={paint}>
            Paint again
          </button>
        )}
        {isRunning.value && (
          <button type="button" onClick={stop}>
            <Icon name="stop" /> Stop
          </button>
        )}
      </div>
      <p class="told">
        {told().map((part, i) => (
          <span key={part}>{i > 0 ? ` · ${part}` : part}</span>
        ))}
      </p>
      <Share />
      <Save />
    </footer>
  );
}

function Main() {
  if (status.value === "painting" || status.value === "starting") {
    return (
      <button
        type="button"
        class="main"
        onClick={pause}
        disabled={status.value === "starting" || pausing.value}
        title="Space"
      >
        <Icon name="pause" /> {pausing.value ? "Pausing…" : "Pause"}
      </button>
    );
  }
  if (status.value === "paused") {
    return (
      <button type="button" class="main" onClick={goOn} title="Space">
        <Icon name="play" /> Go on
      </button>
    );
  }
  if (canGoOn()) {
    return (
      <button type="button" class="main" onClick={() => void paintOn()} title="Go on from this picture">
        <Icon name="play" /> Go on{grows() && ` to ${settings.value.size} px`}
      </button>
    );
  }
  const again = status.value !== "idle" && !isStale.value;
  return (
    <button type="button" class={again ? "" : "main"} onClick={paint} disabled={!canPaint.value} title="Space">
      <Icon name="play" /> {again ? "Paint again" : "Paint"}
    </button>
  );
}

/** Whether there is a picture that is not at its end. */
function canGoOn(): boolean {
  return (isStale.value || status.value === "stopped") && goingOn.value !== undefined;
}

/** Whether another size is set than the picture has. */
function grows(): boolean {
  const { size } = settings.value;
  return typeof size === "number" && begun.value?.settings.size !== size;
}

function leftText(seconds: number): string {
  return seconds < 1 ? "almost done" : `${durationText(seconds)} left`;
}

/** Slow steps are told by how long each takes. */
function paceText(steps: number): string {
  return steps < 0.7 ? `${durationText(1 / steps)} a step` : `${steps.toPrecision(2)} steps/s`;
}

/** One line on where the job is: what matters most comes first, because narrow screens leave out what does not fit. */
function told(): readonly string[] {
  const step = latest.value;
  const plan = start.value;
  if (status.value === "idle") return [];
  if (!isRunning.value && !step && shown.value) {
    const { image, step: at } = shown.value;
    const size = `${image.width} × ${image.height}`;
    return status.value === "stopped" ? [size, `stopped after step ${at}`] : [size];
  }
  if (status.value === "starting" || !step || !plan) return ["Getting ready"];
  const level = plan.levels[step.level]!;
  const last = plan.levels.at(-1)!;
  const whole = `${last.width} × ${last.height}`;
  const size = level === last ? whole : `${level.width} × ${level.height} of ${whole}`;
  if (status.value === "done") {
    const larger = canGoOn() && grows() ? secondsToGoOn.value : undefined;
    const done = `Done: ${size}, ${step.step} steps`;
    return larger === undefined ? [done] : [done, `going on takes about ${durationText(larger)}`];
  }
  const left = secondsLeft.value === undefined ? undefined : leftText(secondsLeft.value);
  const pace = speed.value > 0 ? paceText(speed.value) : undefined;
  const done = `Step ${step.step} of ${plan.steps}`;
  const parts = status.value === "painting" ? [done, left, size, pace] : [done, size, status.value];
  return parts.filter((part) => part !== undefined);
}
