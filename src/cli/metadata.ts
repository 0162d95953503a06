/** What a result remembers of how it was made, as words for its file. */
import { basename } from "node:path";
import type { Picture } from "../platform/pictures.ts";
import type { StartEvent } from "../transfer/events.ts";
import { parseSettings, type SettingsInput } from "../transfer/settings.ts";
import { version } from "./version.ts";

interface Request {
  readonly content: string;
  readonly style: string;
  readonly start: string | undefined;
  readonly settings: SettingsInput;
}

interface Pictures {
  readonly content: Picture;
  readonly style: Picture;
  readonly start: Picture | undefined;
}

/**
 * The file's words: `Software`, and under `pastiche` a JSON object with all settings, the seed among them, versions, the
 * network's digest, the runtime and the pictures (names without folders, and digests).
 */
export function settingsText(
  start: StartEvent,
  request: Request,
  pictures: Pictures,
  step: number,
): Record<string, string> {
  const picture = (path: string, { digest }: Picture) => ({
    name: path === "-" ? "-" : basename(path),
    sha256: digest,
  });
  const record = {
    version,
    model: start.model,
    weights: start.weights,
    runtime: start.runtime,
    step,
    steps: start.steps,
    content: picture(request.content, pictures.content),
    style: picture(request.style, pictures.style),
    ...(pictures.start && { start: picture(request.start!, pictures.start) }),
    settings: parseSettings(request.settings),
  };
  return { Software: `pastiche ${version}`, pastiche: JSON.stringify(record) };
}
