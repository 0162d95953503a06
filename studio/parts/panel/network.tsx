/** The network that sees the pictures: pocket comes with the studio; VGG19 is a file that people bring, and may remove. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { vgg19, type WeightsOrder } from "../../engine/weights.ts";
import { set, settings } from "../../project/project.ts";
import { message } from "../../run/run.ts";
import { Select } from "../controls/select.tsx";

const NAMES = [
  { value: "auto", label: "The best that is here" },
  { value: "pocket", label: "Pocket" },
  { value: "vgg19", label: "VGG19" },
] as const;
type Name = (typeof NAMES)[number]["value"];

export function Network() {
  const kept = useSignal(false);
  const busy = useSignal(false);
  useEffect(() => {
    void vgg19({ type: "look" }).then(
      (is) => (kept.value = is),
      () => {},
    );
  }, []);
  const order = async (given: WeightsOrder) => {
    busy.value = true;
    try {
      kept.value = await vgg19(given);
    } catch (error) {
      message.value = { text: (error as Error).message, bad: true };
    } finally {
      busy.value = false;
    }
  };
  return (
    <>
      <Select
        label="Network"
        value={settings.value.model as Name}
        options={NAMES}
        onValue={(name) => set("model", name)}
      />
      {kept.value ? (
        <p class="hint">
          VGG19 is kept in this browser.{" "}
          <button type="button" class="text" onClick={() => void order({ type: "remove" })}>
            Remove it
          </button>
        </p>
      ) : (
        <p class="hint">
          VGG19 sees more, and takes sixteen times as long. Its weights (80 MB, CC BY 4.0, from keras-applications or
          torchvision) are a file that you choose once:{" "}
          <label class="link">
            {busy.value ? "reading…" : "choose .h5, .pth or .safetensors"}
            <input
              type="file"
              class="unseen"
              accept=".h5,.pth,.safetensors"
              disabled={busy.value}
              onChange={({ currentTarget: { files } }) => files?.[0] && void order({ type: "import", file: files[0] })}
            />
          </label>
        </p>
      )}
    </>
  );
}
