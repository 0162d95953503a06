/** The picture as a file, with the settings inside. */
import { useSignal } from "@preact/signals";
import { encodePicture } from "pastiche/web";
import { download } from "../page/tools.ts";
import { withPrintSize } from "../project/print.ts";
import { project } from "../project/project.ts";
import { recordOf, resultName } from "../project/record.ts";
import { knownOf, message, shown } from "../run/state.ts";
import { Icon } from "./controls/icon.tsx";

export function Save() {
  const busy = useSignal(false);
  const picture = shown.value;
  const save = async () => {
    if (!picture) return;
    const made = knownOf(picture);
    if (!picture.file && !made) return;
    busy.value = true;
    try {
      const text = made && recordOf(made.project, made.known, made.start);
      const file = picture.file ?? (await encodePicture("png", { image: picture.image }, { text: text! }));
      download(await withPrintSize(file, picture.image), resultName(made?.project ?? project.value));
    } catch (error) {
      message.value = { text: error instanceof Error ? error.message : String(error), bad: true };
    } finally {
      busy.value = false;
    }
  };
  return (
    <button type="button" class="save" disabled={!picture || busy.value} onClick={() => void save()}>
      <Icon name="save" /> <span class="word">Save PNG</span>
    </button>
  );
}
