/** The knobs: quality and size as buttons, strengths as sliders, colours. Every one acts at once. */
import type { SettingsInput } from "pastiche/web";
import { strengths } from "../model/knobs.ts";
import { isChanged, project, resetSettings, set, settings, usual } from "../model/project.ts";
import { sizeText } from "../model/words.ts";
import { Choice } from "./choice.tsx";
import { Curves } from "./curves.tsx";
import { Equaliser } from "./equaliser.tsx";
import { More } from "./more.tsx";
import { Section } from "./section.tsx";
import { Slider } from "./slider.tsx";

const SIZES: readonly { readonly value: number | "content"; readonly label: string }[] = [
  ...[256, 512, 1024, 2048].map((size) => ({ value: size, label: String(size) })),
  { value: "content", label: "Photo's" },
];

export function Panel() {
  const all = settings.value;
  const { photo } = project.value;
  const changed = Object.keys(project.value.settings).length > 0;
  return (
    <aside class="panel" aria-label="Settings">
      <section>
        <Choice
          label="Quality"
          value={all.quality}
          options={[
            { value: "draft", label: "Draft" },
            { value: "standard", label: "Standard" },
            { value: "fine", label: "Fine" },
          ]}
          onValue={(quality) => set("quality", quality === "standard" ? undefined : quality)}
        />
        <Choice
          label="Size"
          value={all.size}
          options={SIZES}
          hint={photo && sizeText(photo, all.size)}
          onValue={(size) => set("size", size)}
        />
      </section>
      <section>
        <h2>Strengths</h2>
        {strengths.map(({ name, label, low, high }) => (
          <Slider
            key={name}
            label={label}
            low={low}
            high={high}
            value={all[name] as number}
            scale={{ usual: usual.value[name] as number }}
            changed={isChanged(name as keyof SettingsInput)}
            onValue={(value) => set(name as "alpha", value)}
            onReset={() => set(name as "alpha", undefined)}
          />
        ))}
        <Slider
          label="Strokes"
          low="fine"
          high="broad"
          value={all.styleScale[0]!}
          scale={{ usual: 1, reach: 4, zero: false }}
          changed={isChanged("styleScale")}
          onValue={(scale) => set("styleScale", [scale])}
          onReset={() => set("styleScale", undefined)}
        />
      </section>
      <section>
        <Choice
          label="Colours"
          value={all.color}
          options={[
            { value: "style", label: "The painting's" },
            { value: "content", label: "The photo's" },
            { value: "free", label: "Free" },
          ]}
          onValue={(color) => set("color", color)}
        />
      </section>
      <Section title="Layers" changed={isChanged("styleLayers") || isChanged("contentLayers")}>
        {() => (
          <>
            <Equaliser name="styleLayers" label="Painting" />
            <Equaliser name="contentLayers" label="Photo" />
          </>
        )}
      </Section>
      <Section
        title="More"
        changed={isChanged("init") || isChanged("seed") || project.value.settings.recipe !== undefined}
      >
        {() => <More />}
      </Section>
      <Section title="Curves">{() => <Curves />}</Section>
      {changed && (
        <button type="button" class="text" onClick={resetSettings}>
          All as it was
        </button>
      )}
    </aside>
  );
}
