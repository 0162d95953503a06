/** Run, pause, go on, stop, and how far it is. */

import { durationText } from "../page/words.ts";
import { settings } from "../project/project.ts";
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
      <p class="told">{told()}</p>
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

/** One line on where the job is. */
function told(): string {
  const step = latest.value;
  const plan = start.value;
  if (status.value === "idle") return "";
  if (status.value === "done" && !step && shown.value) {
    const { width, height } = shown.value.image;
    return `${width} × ${height}`;
  }
  if (status.value === "starting" || !step || !plan) return "Getting ready";
  const level = plan.levels[step.level]!;
  const last = plan.levels.at(-1)!;
  const whole = `${last.width} × ${last.height}`;
  const size = level === last ? whole : `${level.width} × ${level.height} of ${whole}`;
  if (status.value === "done") return `Done: ${size}, ${step.step} steps`;
  const left = secondsLeft.value === undefined ? undefined : `${durationText(secondsLeft.value)} left`;
  const pace = speed.value > 0 ? `${speed.value.toPrecision(2)} steps/s` : undefined;
  const done = `Step ${step.step} of ${plan.steps}`;
  // What matters most comes first: narrow screens cut the rest.
  const parts = status.value === "painting" ? [done, left, size, pace] : [done, size, status.value];
  return parts.filter(Boolean).join(" · ");
}
