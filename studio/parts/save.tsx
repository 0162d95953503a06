/** The picture as a file, with the settings inside. */
import { useSignal } from "@preact/signals";
import { encodePicture } from "pastiche/web";
import { project } from "../model/project.ts";
import { recordOf, resultName } from "../model/record.ts";
import { begun, message, shown, start } from "../model/run.ts";
import { download } from "../model/tools.ts";
import { Icon } from "./icon.tsx";

export function Save() {
  const busy = useSignal(false);
  const picture = shown.value;
  const save = async () => {
    if (!picture) return;
    if (picture.file) return download(picture.file, resultName(project.value));
    if (!begun.value) return;
    busy.value = true;
    try {
      const text = start.value ? recordOf(begun.value, start.value, picture.step) : {};
      download(await encodePicture("png", { image: picture.image }, { text }), resultName(begun.value.project));
    } catch (error) {
      message.value = { text: error instanceof Error ? error.message : String(error), bad: true };
    } finally {
      busy.value = false;
    }
  };
  return (
    <button type="button" class="save" disabled={!picture || busy.value} onClick={() => void save()}>
      <Icon name="save" /> Save PNG
    </button>
  );
}
