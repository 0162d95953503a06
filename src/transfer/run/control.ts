/** The controls of a running job, as the caller sets them and as the loop reads them between two steps. */
import { UserError } from "../../errors.ts";
import { type Adjustments, adjustedSettings } from "../../settings/adjust.ts";
import type { Settings } from "../../settings/settings.ts";
import { type Controls, withResolvers } from "./run.ts";

/** What the loop reads. */
export interface Control extends Controls {
  readonly isPaused: boolean;
  readonly isStopped: boolean;
  /** Resolves when the job is no longer paused: resumed, stopped, or aborted by `signal`. */
  resumed(signal: AbortSignal | undefined): Promise<void>;
  /** The settings that the job begins with: from here on changes are checked at once. */
  begin(settings: Settings): void;
  /** The job is over: no changes are accepted any more. */
  end(): void;
  /** The settings now and what has changed in them since the last call; undefined if nothing has. */
  changed(): { readonly settings: Settings; readonly changes: Adjustments } | undefined;
}

export function control(): Control {
  let gate: ReturnType<typeof withResolvers<void>> | undefined;
  let isStopped = false;
  let settings: Settings | undefined;
  let changes: Adjustments | undefined;
  let isOver = false;
  const waiting: (() => void)[] = [];
  const wake = () => {
    for (const go of waiting.splice(0)) go();
  };
  const open = () => {
    gate?.resolve();
    gate = undefined;
  };
  const accept = (given: Adjustments) => {
    settings = adjustedSettings(settings!, given);
    const parameters = { ...changes?.parameters, ...given.parameters };
    changes = { ...changes, ...given, ...(Object.keys(parameters).length > 0 && { parameters }) };
  };
  return {
    get isPaused() {
      return gate !== undefined;
    },
    get isStopped() {
      return isStopped;
    },
    pause() {
      if (!isStopped) gate ??= withResolvers();
    },
    resume: open,
    stop() {
      isStopped = true;
      open();
    },
    async adjust(given) {
      if (!settings && !isOver) await new Promise<void>((resolve) => waiting.push(resolve));
      if (isOver) throw new UserError("usage", "adjust: the job is over.");
      accept(given);
    },
    async resumed(signal) {
      if (!gate || signal?.aborted) return;
      signal?.addEventListener("abort", open, { once: true });
      await gate.promise.finally(() => signal?.removeEventListener("abort", open));
    },
    begin(given) {
      settings = given;
      wake();
    },
    end() {
      isOver = true;
      wake();
    },
    changed() {
      const found = changes && { settings: settings!, changes };
      changes = undefined;
      return found;
    },
  };
}
