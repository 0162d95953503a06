/** Run, pause, go on, stop, and how far it is. */

import { durationText } from "../page/words.ts";
import { goingOn, goOn, paint, paintOn, pause, stop } from "../run/run.ts";
import { canPaint, isRunning, isStale, latest, secondsLeft, speed, start, status } from "../run/state.ts";
import { Icon } from "./controls/icon.tsx";
import { Save } from "./save.tsx";
import { Share } from "./share.tsx";

export function Transport() {
  const progress = status.value === "done" ? 1 : (latest.value?.progress ?? 0);
  return (
    <footer class="transport">
      <progress class="bar" value={progress} aria-label="How much is painted" />
      <div class="buttons">
        <Main />
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
      <button type="button" class="main" onClick={pause} disabled={status.value === "starting"} title="Space">
        <Icon name="pause" /> Pause
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
  const larger = isStale.value && goingOn.value;
  if (larger) {
    return (
      <button type="button" class="main" onClick={() => void paintOn()} title="Go on from this picture">
        <Icon name="play" /> Go on
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

/** One line on where the job is. */
function told(): string {
  const step = latest.value;
  const plan = start.value;
  if (status.value === "idle") return "";
  if (status.value === "starting" || !step || !plan) return "Getting ready";
  const level = plan.levels[step.level]!;
  const size = `${level.width} × ${level.height}`;
  if (status.value === "done") return `Done: ${size}, ${step.step} steps`;
  const left = secondsLeft.value === undefined ? undefined : `${durationText(secondsLeft.value)} left`;
  const pace = speed.value > 0 ? `${speed.value.toPrecision(2)} steps/s` : undefined;
  const parts = [`Step ${step.step} of ${plan.steps}`, size, status.value === "painting" ? pace : undefined];
  if (status.value === "painting") parts.push(left);
  else parts.push(status.value);
  return parts.filter(Boolean).join(" · ");
}
