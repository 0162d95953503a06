/** Every setting there is, made from the settings' own descriptions, each as the command line calls it. */
import { describeSettings, readSettings, type SettingDescription, type SettingsInput, settingText } from "pastiche/web";
import { isChanged, set, settings } from "../../project/project.ts";
import { message } from "../../run/state.ts";

/** Those that are buttons elsewhere, and bring others with them. */
const ELSEWHERE = new Set(["recipe", "quality"]);

const all = describeSettings().filter(({ name }) => !ELSEWHERE.has(name));

export function Everything() {
  const values: Record<string, unknown> = { ...settings.value, ...settings.value.parameters };
  return (
    <div class="everything">
      {all
        .filter(({ name }) => values[name] !== undefined)
        .map((setting) => (
          <Setting key={setting.name} setting={setting} value={values[setting.name]} />
        ))}
    </div>
  );
}

function Setting({ setting, value }: { readonly setting: SettingDescription; readonly value: unknown }) {
  const { name, word, sentence, shape } = setting;
  const changed = isChanged(name as keyof SettingsInput);
  const id = `setting-${name}`;
  const text = settingText(name, value);
  const take = (given: string | boolean | undefined) => {
    try {
      const read: Record<string, unknown> = given === undefined ? {} : readSettings({ [name]: given });
      set(name as "alpha", read[name] as number | undefined);
    } catch (error) {
      message.value = { text: (error as Error).message, bad: true };
    }
  };
  return (
    <div class="setting" title={sentence} data-changed={changed || undefined}>
      <label for={id}>{word}</label>
      {shape.type === "choice" && (
        <select id={id} value={text} onChange={({ currentTarget }) => take(currentTarget.value)}>
          {shape.choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      )}
      {shape.type === "switch" && (
        <input
          id={id}
          type="checkbox"
          checked={value === true}
          onChange={({ currentTarget }) => take(currentTarget.checked)}
        />
      )}
      {shape.type !== "choice" && shape.type !== "switch" && (
        <input
          id={id}
          type="text"
          value={text}
          spellcheck={false}
          onChange={({ currentTarget }) => take(currentTarget.value.trim() || undefined)}
        />
      )}
    </div>
  );
}
