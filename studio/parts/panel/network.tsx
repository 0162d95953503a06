/** The network that sees the pictures: pocket and slim come with the studio; VGG19 is fetched or brought, and may be removed. */
import { useSignal, useSignalEffect } from "@preact/signals";
import { bringWeights } from "../../engine/browser.ts";
import { fetchToComputer, inBrowser, onComputer, published, type Weights } from "../../engine/weights.ts";
import { set, settings } from "../../project/project.ts";
import { engine, message } from "../../run/state.ts";
import { Select } from "../controls/select.tsx";

const NAMES = [
  { value: "auto", label: "The best that is here" },
  { value: "pocket", label: "Pocket" },
  { value: "slim", label: "Slim" },
  { value: "vgg19", label: "VGG19" },
] as const;

type Name = (typeof NAMES)[number]["value"];

const MEGABYTES = Math.round(published.bytes / 1e6);

export function Network() {
  const weights = useSignal<Weights>({ here: false, removable: false });
  /** What is being done, in words; empty for nothing. */
  const busy = useSignal("");
  const onThisComputer = engine.value === "computer";

  const act = async (words: string, work: () => Promise<Weights>) => {
    busy.value = words;
    try {
      weights.value = await work();
    } catch (error) {
      message.value = { text: (error as Error).message, bad: true };
    } finally {
      busy.value = "";
    }
  };
  useSignalEffect(() => {
    const looking = engine.value === "computer" ? onComputer("look") : inBrowser({ type: "look" });
    looking.then(
      (found) => (weights.value = found),
      () => {},
    );
  });
  const use = (found: Weights) => {
    set("model", "vgg19");
    return found;
  };
  const get = () =>
    act("fetching…", async () => {
      const percent = (share: number) => (busy.value = `${Math.floor(100 * share)}% of ${MEGABYTES} MB`);
      return use(await fetchToComputer(percent));
    });
  const bring = (file: File) =>
    act("reading…", async () => {
      const found = await inBrowser({ type: "import", file });
      if (found.here) return use(found);
      bringWeights(file);
      const text = "This browser has no room to keep VGG19: it is used until the page is closed.";
      message.value = { text, bad: false };
      return use({ here: true, removable: false });
    });
  const remove = () =>
    act("removing…", async () => {
      if (settings.value.model === "vgg19") set("model", "auto");
      return onThisComputer ? onComputer("remove") : inBrowser({ type: "remove" });
    });

  return (
    <>
      <Select
        label="Network"
        value={settings.value.model as Name}
        options={NAMES}
        onValue={(name) => set("model", name)}
      />
      {weights.value.here ? (
        <p class="hint">
          VGG19 is {onThisComputer ? "on this computer" : "in this browser"}.{" "}
          {weights.value.removable && (
            <button type="button" class="text" disabled={busy.value !== ""} onClick={() => void remove()}>
              {busy.value || "Remove it"}
            </button>
          )}
        </p>
      ) : (
        <>
          <p class="hint">
            VGG19 is the network of the paper: it sees more, and takes eleven times as long. {MEGABYTES} MB from{" "}
            <a href={published.urls[0]!} rel="noreferrer">
              keras-applications
            </a>
            , {published.licence}, by {published.credit}.
          </p>
          <p class="hint">
            {onThisComputer ? (
              <button type="button" class="text" disabled={busy.value !== ""} onClick={() => void get()}>
                {busy.value || "Get VGG19"}
              </button>
            ) : (
              <label class="link">
                {busy.value || "Choose its file: .h5, .pth or .safetensors"}
                <input
                  type="file"
                  class="unseen"
                  accept=".h5,.pth,.safetensors"
                  disabled={busy.value !== ""}
                  onChange={({ currentTarget: { files } }) => files?.[0] && void bring(files[0])}
                />
              </label>
            )}
          </p>
        </>
      )}
    </>
  );
}
