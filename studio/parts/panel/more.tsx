/** What is seldom turned: the recipe, the start, the seed, and what computes. */
import { describeSettings, recipes, type Settings } from "pastiche/web";
import { chooseRecipe, set, settings } from "../../project/project.ts";
import { paint, paintAnotherSeed } from "../../run/run.ts";
import { canPaint, type EngineName, engine, hasComputer, isRunning } from "../../run/state.ts";
import { Select } from "../controls/select.tsx";
import { Network } from "./network.tsx";

const STARTS: Readonly<Record<Settings["init"], string>> = {
  content: "The photo",
  noise: "Noise",
  style: "The painting",
  gray: "Grey",
};

const ENGINES: readonly { readonly value: EngineName; readonly label: string }[] = [
  { value: "auto", label: "Browser: what is faster" },
  { value: "webgpu", label: "Browser: graphics card" },
  { value: "wasm", label: "Browser: processor" },
];

export function More() {
  const { recipe, init, seed } = settings.value;
  return (
    <>
      <Select
        label="Recipe"
        value={recipe}
        options={Object.keys(recipes).map((name) => ({ value: name as Settings["recipe"], label: name }))}
        hint={recipes[recipe].summary}
        onValue={chooseRecipe}
      />
      <Select
        label="Start from"
        value={init}
        options={Object.entries(STARTS).map(([value, label]) => ({ value: value as Settings["init"], label }))}
        hint={describeSettings().find(({ name }) => name === "init")?.sentence}
        onValue={(start) => set("init", start)}
      />
      <div class="field">
        <label for="seed">
          <span>Seed</span>
        </label>
        <div class="row">
          <input
            id="seed"
            type="number"
            min="0"
            value={seed}
            onChange={({ currentTarget }) => set("seed", Math.max(0, Math.round(Number(currentTarget.value))))}
          />
          <button
            type="button"
            title="Paint again with another seed, as a branch beside this one"
            disabled={!canPaint.value}
            onClick={paintAnotherSeed}
          >
            Another
          </button>
        </div>
      </div>
      <Network />
      <Select
        label="Painted by"
        value={engine.value}
        options={hasComputer.value ? [{ value: "computer", label: "This computer" }, ...ENGINES] : ENGINES}
        onValue={(name) => {
          engine.value = name;
          if (isRunning.peek()) paint();
        }}
      />
    </>
  );
}
