/** What there is to copy: a link, a command, code; and the film of the run. */
import { useSignal } from "@preact/signals";
import { encodePicture } from "pastiche/web";
import { download, zipped } from "../page/tools.ts";
import { neededFile } from "../pictures/gallery.ts";
import { isExample } from "../pictures/pictures.ts";
import { withPrintSize } from "../project/print.ts";
import { project } from "../project/project.ts";
import { resultName } from "../project/record.ts";
import { addressOf, codeOf, commandOf, type Repetition } from "../project/share.ts";
import { film } from "../run/film.ts";
import { filesFor, repetition } from "../run/repeat.ts";
import { hasComputer, message, shown } from "../run/state.ts";
import { canRecord, recordFilm } from "../run/video.ts";
import { Icon } from "./controls/icon.tsx";

const COPIES = [
  { label: "Link with these settings", text: () => addressOf(project.value, location.href), files: false },
  { label: "Command for the terminal", text: commandOf, files: true },
  { label: "Code for Node", text: codeOf, files: true },
] as const;

export function Share() {
  const copied = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const complain = (error: unknown) => {
    message.value = { text: error instanceof Error ? error.message : String(error), bad: true };
  };
  const copy = async ({ label, text, files }: (typeof COPIES)[number]) => {
    try {
      const job = repetition();
      await navigator.clipboard.writeText(text(job));
      copied.value = label;
      if (!files) return;
      const lines: string[] = [];
      if (namesOthersFiles(job)) {
        const name = resultName(job.project).replace(/png$/, "zip");
        download(await zipped(await filesFor(job)), name);
        lines.push(`The files that it names are in ${name}.`);
      }
      const needed = job.begins === undefined ? await neededFile() : undefined;
      if (needed !== undefined)
        lines.push(
          `It paints from the start, but this picture was gone on from ${needed}, which this page has no more.`,
        );
      if (lines.length > 0) message.value = { text: ["Copied.", ...lines].join(" "), bad: false };
    } catch (error) {
      complain(error);
    }
  };
  const saveJpeg = async () => {
    if (!shown.value) return;
    const { image } = shown.value;
    const file = await encodePicture("jpeg", { image }, { quality: 92 });
    download(await withPrintSize(file, image), resultName(project.value).replace(/png$/, "jpg"));
  };
  const saveFilm = async () => {
    busy.value = true;
    try {
      download(await recordFilm(film.value), resultName(project.value).replace(/png$/, "webm"));
    } catch (error) {
      complain(error);
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
        {COPIES.map((one) => (
          <button key={one.label} type="button" class="quiet" onClick={() => void copy(one)}>
            <Icon name={copied.value === one.label ? "check" : "copy"} /> {one.label}
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
        <p class="hint">
          Pictures are in no link.
          {hasComputer.value && " This one works on this computer, while the studio runs."}
        </p>
        <span class="unseen" role="status">
          {copied.value && `Copied: ${copied.value}`}
        </span>
      </div>
    </>
  );
}

/** Whether a job needs files that whoever copies its command has not: made here, or the studio's examples. */
function namesOthersFiles({ project: { photo, paintings, mask }, begins }: Repetition): boolean {
  return begins !== undefined || mask !== undefined || [photo, ...paintings].some((one) => one && isExample(one));
}
