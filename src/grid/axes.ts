/** The axes of a grid, parsed from text: `alpha=0.1,0.3`. */
import { invalid, UserError } from "../errors.ts";
import type { Paths } from "../jobs/paths.ts";
import { allSettings } from "../settings/settings.ts";
import { readSetting, settingNamed } from "../settings/text.ts";
import { cheapestOrder } from "./combinations.ts";
import { parseValues } from "./values.ts";

/** One thing that is varied. */
export interface Axis {
  /** As it was typed. */
  readonly name: string;
  /** The setting's own name, or the picture's role. */
  readonly setting: string;
  readonly values: readonly AxisValue[];
}

export interface AxisValue {
  /** As people read it. */
  readonly label: string;
  /** As the setting takes it; a picture's file. */
  readonly value: unknown;
}

/** Is this what is varied a picture, by its role? */
export function isPicture(setting: string): boolean {
  return setting === "content" || setting === "style";
}

/** The axes of a grid: the last one goes along the rows. Errors: `usage`. */
export function readAxes(texts: readonly string[], paths: Paths): Axis[] {
  if (texts.length < 1 || texts.length > 3) {
    throw new UserError(
      "usage",
      `--vary: expected one to three settings, as in --vary alpha=0.2,0.6,2 --vary style-scale=0.5-1 [3], got ${texts.length}.`,
    );
  }
  const axes = texts.map((text) => readAxis(text, paths));
  const twice = axes.find(({ setting }, i) => axes.findIndex((other) => other.setting === setting) !== i);
  if (twice) throw invalid("usage", "--vary", "every setting once", `${twice.name} twice`);
  return axes;
}

function readAxis(text: string, { basename }: Paths): Axis {
  const [, name, values] = /^\s*-{0,2}([a-z][\w-]*)\s*=(.*)$/is.exec(text) ?? [];
  if (name === undefined) throw invalid("usage", "--vary", "NAME=VALUES as in alpha=0.2,0.6,2", text);
  const role = name.toLowerCase();
  const setting = isPicture(role) ? role : settingNamed(name);
  if (setting === undefined) {
    throw invalid("usage", "--vary", "content, style, or a setting as in pastiche --help without the dashes", name);
  }
  const label = `--vary ${name}`;
  const names = isPicture(setting) || setting === "init";
  const texts = parseValues(values!, { label, names, whole: !names && isWhole(setting) });
  return {
    name,
    setting,
    values: texts.map((one) => ({
      label: names ? basename(one) : one,
      value: names ? one : readSetting(setting, one.trim(), label),
    })),
  };
}

/** Is a setting one of whole numbers? */
function isWhole(setting: string): boolean {
  const { shape } = allSettings.get(setting)!.kind;
  return (shape.type === "number" || shape.type === "numbers") && shape.range.whole === true;
}

/** What a change of these costs beside the steps: another network to load, another program to build. */
const costs: Readonly<Record<string, number>> = {
  model: 3,
  recipe: 2,
  ...Object.fromEntries(
    ["optimizer", "history", "pooling", "normalize", "styleLoss", "contentLayers", "styleLayers"].map((name) => [
      name,
      1,
    ]),
  ),
};

/** The order of the axes in which the most expensive changes are the fewest: the first one outermost. */
export function runOrder(axes: readonly Axis[]): number[] {
  return cheapestOrder(axes.map(({ setting }) => costs[setting] ?? 0));
}
