/** What there is to copy: a link, a command, code; and the film of the run. */
import { useSignal } from "@preact/signals";
import { encodePicture } from "pastiche/web";
import { download } from "../page/tools.ts";
import { project } from "../project/project.ts";
import { resultName } from "../project/record.ts";
import { addressOf, codeOf, commandOf } from "../project/share.ts";
import { film } from "../run/film.ts";
import { message, shown } from "../run/state.ts";
import { canRecord, recordFilm } from "../run/video.ts";
import { Icon } from "./controls/icon.tsx";

const COPIES = [
  { label: "Link with these settings", text: () => addressOf(project.value, location.href) },
  { label: "Command for the terminal", text: () => commandOf(project.value) },
  { label: "Code for Node", text: () => codeOf(project.value) },
] as const;

export function Share() {
  const copied = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const copy = async (label: string, text: string) => {
    await navigator.clipboard.writeText(text);
    copied.value = label;
  };
  const saveJpeg = async () => {
    if (!shown.value) return;
    const file = await encodePicture("jpeg", { image: shown.value.image }, { quality: 92 });
    download(file, resultName(project.value).replace(/png$/, "jpg"));
  };
  const saveFilm = async () => {
    busy.value = true;
    try {
      download(await recordFilm(film.value), resultName(project.value).replace(/png$/, "webm"));
    } catch (error) {
      message.value = { text: (error as Error).message, bad: true };
    } finally {
      busy.value = false;
    }
  };
  return (
    <>
      <button type="button" class="share" popovertarget="share" onClick={() => (copied.value = undefined)}>
        <Icon name="share" /> <span class="word">Share</span>
      </button>
      <div id="share" popover="auto" class="menu">
        {COPIES.map(({ label, text }) => (
          <button key={label} type="button" class="quiet" onClick={() => void copy(label, text())}>
            <Icon name={copied.value === label ? "check" : "copy"} /> {label}
          </button>
        ))}
        <button type="button" class="quiet" disabled={!shown.value} onClick={() => void saveJpeg()}>
          <Icon name="picture" /> JPEG, without the settings
        </button>
        {canRecord() && (
          <button
            type="button"
            class="quiet"
            disabled={busy.value || film.value.length < 2}
            onClick={() => void saveFilm()}
          >
            <Icon name="play" /> {busy.value ? "Recording…" : "Film of how it grew"}
          </button>
        )}
        <span class="unseen" role="status">
          {copied.value && `Copied: ${copied.value}`}
        </span>
      </div>
    </>
  );
}
