/** Every layer's weight, from fine to coarse, as an equaliser: the default of each in its middle. */
import type { SettingsInput } from "pastiche/web";
import { isChanged, set, settings, usual } from "../../project/project.ts";
import { positionOf, strengthAt } from "../../project/scale.ts";

interface EqualiserProps {
  readonly name: "styleLayers" | "contentLayers";
  readonly label: string;
}

export function Equaliser({ name, label }: EqualiserProps) {
  const weights = settings.value[name];
  const defaults = usual.value[name];
  const layers = Object.keys(weights).sort();
  const setWeight = (layer: string, weight: number | undefined) => {
    const next = { ...weights, [layer]: weight ?? defaults[layer] ?? 1 };
    set(name, next as SettingsInput[typeof name]);
  };
  return (
    <fieldset class="equaliser" data-changed={isChanged(name) || undefined}>
      <legend>{label}</legend>
      <div class="bands">
        {layers.map((layer) => {
          const usualWeight = defaults[layer] ?? 1;
          return (
            <label
              key={layer}
              title={`${layer}: ${weights[layer]}`}
              data-changed={weights[layer] !== usualWeight || undefined}
            >
              <input
                type="range"
                min="0"
                max="1"
                step="0.01"
                value={positionOf(weights[layer]!, { usual: usualWeight })}
                aria-label={`${label}: ${layer}`}
                aria-valuetext={String(weights[layer])}
                onInput={({ currentTarget }) =>
                  setWeight(layer, strengthAt(Number(currentTarget.value), { usual: usualWeight }))
                }
                onDblClick={() => setWeight(layer, undefined)}
              />
              <span aria-hidden="true">{layer.replace("conv", "")}</span>
            </label>
          );
        })}
      </div>
      {layers.length > 1 && (
        <div class="ends" aria-hidden="true">
          <span>fine</span>
          <span>coarse</span>
        </div>
      )}
    </fieldset>
  );
}
