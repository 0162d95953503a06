/** Puts the studio into its page. */

import { batch } from "@preact/signals";
import type { SettingsInput } from "pastiche/web";
import { render } from "preact";
import { App } from "./app.tsx";
import { findComputer } from "./engine/computer.ts";
import { keepForOffline } from "./offline/register.ts";
import { keepResults, openGallery } from "./pictures/gallery.ts";
import { openExample, photos } from "./pictures/pictures.ts";
import { keepSession, keepSetting, openSession, restoreSession } from "./pictures/session.ts";
import { settingsOf } from "./project/link.ts";
import { restart } from "./project/project.ts";
import { watchPace } from "./run/forecast.ts";
import { watchLargest } from "./run/largest.ts";
import { rejoinJob } from "./run/run.ts";
import { begun, canPaint, engine, hasComputer, message } from "./run/state.ts";

void begin();

/** What was there on the last visit, else something to look at, and to paint at once; a link's settings before all. */
async function begin(): Promise<void> {
  render(<App />, document.querySelector("#studio")!);
  const meeting = meetComputer();
  const linked = location.hash.length > 1 && !isReload();
  const last = await openSession();
  const photo = last?.photo ?? (await openExample(photos[0]!));
  // Who paints is known before anything can be chosen.
  const running = await meeting;
  const begins = linked ? { settings: linkedSettings(), branch: undefined } : { settings: last?.settings ?? {} };
  restart({ paintings: [], ...last, photo, ...begins });
  watchPace();
  keepSetting();
  keepResults();
  if (import.meta.env.MODE === "site") void keepForOffline();
  await openGallery();
  const job = canPaint.value ? running : undefined;
  if (!linked) await restoreSession(job);
  else if (job && !begun.peek()) rejoinJob(job);
  keepSession();
  whenIdle(watchLargest);
}

/** Then a link's settings were taken before, and may have been changed since. */
function isReload(): boolean {
  const [navigation] = performance.getEntriesByType("navigation");
  return (navigation as PerformanceNavigationTiming | undefined)?.type === "reload";
}

/** Where the page has a server that paints, that is the engine. The job that it paints already, if any. */
async function meetComputer(): Promise<string | undefined> {
  const found = import.meta.env.MODE === "site" ? undefined : await findComputer().catch(sayUnknown);
  if (!found) return undefined;
  batch(() => {
    hasComputer.value = true;
    engine.value = "computer";
  });
  return found.job;
}

function sayUnknown({ message: text }: Error): undefined {
  message.value = { text, bad: false, lasting: true };
}

/** Calls `act` when the page has nothing else to do. */
function whenIdle(act: () => void): void {
  // Safari has no idle callbacks.
  if ("requestIdleCallback" in globalThis) requestIdleCallback(act, { timeout: 2000 });
  else setTimeout(act, 500);
}

function linkedSettings(): SettingsInput {
  try {
    return settingsOf(location.hash);
  } catch (error) {
    message.value = { text: `The link: ${(error as Error).message}`, bad: true };
    return {};
  }
}
