/** The knobs: quality and size as buttons, strengths as sliders, colours. Every one acts at once. */

import { amountOf, knobs } from "../../project/knobs.ts";
import { isChanged, project, resetSettings, set, settings, usual } from "../../project/project.ts";
import { Choice } from "../controls/choice.tsx";
import { Section } from "../controls/section.tsx";
import { Slider } from "../controls/slider.tsx";
import { Curves } from "./curves.tsx";
import { Equaliser } from "./equaliser.tsx";
import { Everything } from "./everything.tsx";
import { More } from "./more.tsx";
import { Size } from "./size.tsx";

export function Panel() {
  const all = settings.value;
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
        <Size />
      </section>
      <section>
        <h2>Strengths</h2>
        {knobs.map((knob) => (
          <Slider
            key={knob.name}
            label={knob.label}
            low={knob.low}
            high={knob.high}
            pictured={knob.pictured}
            value={amountOf(knob, all)}
            scale={{ usual: amountOf(knob, usual.value), ...knob.scale }}
            changed={isChanged(knob.name)}
            onValue={(value) => set(knob.name, knob.set(value)[knob.name])}
            onReset={() => set(knob.name, undefined)}
          />
        ))}
      </section>
      <section>
        <Choice
          label="Colours"
          value={all.color}
          options={[
            { value: "style", label: "The painting’s" },
            { value: "content", label: "The photo’s" },
            { value: "free", label: "Free" },
          ]}
          onValue={(color) => set("color", color)}
        />
      </section>
      <Section
        title="Layers"
        about="which shapes count"
        changed={isChanged("styleLayers") || isChanged("contentLayers")}
      >
        {() => (
          <>
            <Equaliser name="styleLayers" label="Painting" />
            <Equaliser name="contentLayers" label="Photo" />
          </>
        )}
      </Section>
      <Section
        title="More"
        about="recipe, start, seed, network"
        changed={isChanged("init") || isChanged("seed") || project.value.settings.recipe !== undefined}
      >
        {() => <More />}
      </Section>
      <Section title="Everything" about="every setting by name">
        {() => <Everything />}
      </Section>
      <Section title="Curves" about="the loss, step by step">
        {() => <Curves />}
      </Section>
      {changed && (
        <button type="button" class="text" onClick={resetSettings}>
          Reset all settings
        </button>
      )}
    </aside>
  );
}
