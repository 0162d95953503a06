/** How large the picture will be: by buttons, in pixels, in centimetres, or for a paper. */
import { sizeText } from "../../page/words.ts";
import { centimetresOf, longOn, papers, pixelsOf } from "../../project/print.ts";
import { project, setSize, settings } from "../../project/project.ts";
import { largestSide, largestText } from "../../run/largest.ts";
import { Choice } from "../controls/choice.tsx";

const SIZES = [256, 512, 1024, 2048];
const LEAST = 16;
const MOST = 16_384;

export function Size() {
  const { photo, print } = project.value;
  const { size } = settings.value;
  const own = photo && Math.max(photo.width, photo.height);
  const pixels = typeof size === "number" ? size : own;
  const options = SIZES.filter((one) => one !== own).map((one) => ({
    value: one as number | "content",
    label: String(one),
    pixels: one,
  }));
  if (own) options.push({ value: "content", label: "Photo’s", pixels: own });
  options.sort((one, other) => one.pixels - other.pixels);
  return (
    <>
      <Choice
        label="Size"
        value={size}
        options={options}
        hint={photo && [sizeText(photo, size), largestText()].filter(Boolean).join(". ")}
        onValue={(value) => setSize(value)}
      />
      <div class="size">
        <Field
          label="Long side"
          unit="px"
          value={pixels}
          step={1}
          onValue={(value) => setSize(Math.round(held(value)))}
        />
        <Field
          label="In print"
          quiet
          unit="cm"
          value={print ?? (pixels && centimetresOf(pixels))}
          step={0.1}
          onValue={(value) => setSize(held(pixelsOf(value)), value)}
        />
      </div>
      {photo && (
        <fieldset class="papers">
          <legend>For a print of 300 dpi</legend>
          {papers.map((paper) => {
            const long = longOn(paper, photo);
            const needed = pixelsOf(long);
            const fits = largestSide.value === undefined || needed <= largestSide.value;
            return (
              <button
                key={paper.name}
                type="button"
                aria-pressed={print === long}
                disabled={!fits}
                title={fits ? `${needed} pixels` : `${needed} pixels: too large for this machine`}
                onClick={() => setSize(needed, long)}
              >
                {paper.name}
              </button>
            );
          })}
        </fieldset>
      )}
    </>
  );
}

function held(pixels: number): number {
  return Math.min(MOST, Math.max(LEAST, pixels));
}

interface FieldProps {
  readonly label: string;
  /** The label is for screen readers alone. */
  readonly quiet?: boolean;
  readonly unit: string;
  readonly value: number | undefined;
  readonly step: number;
  readonly onValue: (value: number) => void;
}

function Field({ label, quiet = false, unit, value, step, onValue }: FieldProps) {
  return (
    <label title={label}>
      <span class={quiet ? "unseen" : undefined}>{label}</span>
      <input
        type="number"
        min={step}
        max={MOST}
        step={step}
        value={value ?? ""}
        onChange={({ currentTarget }) => {
          const given = Number(currentTarget.value);
          if (given > 0) onValue(given);
        }}
      />
      <span>{unit}</span>
    </label>
  );
}
