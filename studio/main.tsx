/** Puts the studio into its page. */

import { batch } from "@preact/signals";
import type { SettingsInput } from "pastiche/web";
import { render } from "preact";
import { App } from "./app.tsx";
import { findComputer } from "./engine/computer.ts";
import { keepForOffline } from "./offline/register.ts";
import { keepAll, lastProject, openGallery } from "./pictures/gallery.ts";
import { openExample, photos } from "./pictures/pictures.ts";
import { settingsOf } from "./project/link.ts";
import { restart } from "./project/project.ts";
import { watchLargest } from "./run/largest.ts";
import { rejoinJob } from "./run/run.ts";
import { canPaint, engine, hasComputer, message } from "./run/state.ts";

void begin();

/** What was there on the last visit, else something to look at, and to paint at once; a link's settings before all. */
async function begin(): Promise<void> {
  render(<App />, document.querySelector("#studio")!);
  const linked = location.hash.length > 1;
  const last = await lastProject();
  const photo = last?.photo ?? (await openExample(photos[0]!));
  restart({ paintings: [], ...last, photo, settings: linked ? linkedSettings() : (last?.settings ?? {}) });
  keepAll();
  if (import.meta.env.MODE === "site") void keepForOffline();
  await openGallery();
  await meetComputer();
}

/** Where the page has a server that paints, that is the engine; a job of before that still runs is found again. */
async function meetComputer(): Promise<void> {
  const found = import.meta.env.MODE === "site" ? undefined : await findComputer().catch(sayUnknown);
  whenIdle(watchLargest);
  if (!found) return;
  batch(() => {
    hasComputer.value = true;
    engine.value = "computer";
  });
  if (found.job && canPaint.value) rejoinJob(found.job);
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
