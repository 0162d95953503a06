/** The page about one job: its inputs, its result over the photo, snapshots, losses, and the command that repeats it. */
import { useState } from "preact/hooks";
import type { PagePicture, Report, Snapshot } from "../facts.ts";
import { Compare } from "./compare.tsx";
import { Command, Facts, Inputs } from "./facts.tsx";
import { Frame } from "./frame.tsx";
import { LossChart } from "./loss-chart.tsx";

export function ReportPage(report: Report) {
  const { inputs, before, result, snapshots, facts, curves, bands, command, settings } = report;
  const [step, setStep] = useState<number>();
  const shown = snapshots.find((one) => one.step === step);
  const after = shown ? { name: `step ${shown.step}`, picture: shown.picture } : { name: "result", picture: result };
  return (
    <Frame page={report}>
      <main>
        <div class="result">
          <Compare before={before && { name: before.role, picture: before.picture }} after={after} />
          <aside>
            <Inputs inputs={inputs} />
            <Facts facts={facts} />
          </aside>
        </div>
        {snapshots.length > 0 && (
          <>
            <h2>Snapshots</h2>
            <Strip snapshots={snapshots} result={result} step={shown?.step} onChoose={setStep} />
          </>
        )}
        <h2>Losses</h2>
        <LossChart curves={curves} bands={bands} />
        <h2>Settings</h2>
        <Command command={command} />
        <details>
          <summary>All settings</summary>
          <Facts facts={settings} />
        </details>
      </main>
    </Frame>
  );
}

interface StripProps {
  readonly snapshots: readonly Snapshot[];
  readonly result: PagePicture;
  /** The step that is shown; undefined: the result. */
  readonly step: number | undefined;
  readonly onChoose: (step: number | undefined) => void;
}

/** Snapshots to be shown in the result's place. */
function Strip({ snapshots, result, step, onChoose }: StripProps) {
  const all = [...snapshots, { step: undefined, picture: result }];
  return (
    <div class="strip">
      {all.map(({ step: one, picture: { src, width, height } }) => {
        const name = one === undefined ? "result" : `step ${one}`;
        return (
          <button key={name} type="button" aria-pressed={one === step} onClick={() => onChoose(one)}>
            <img src={src} width={width} height={height} alt="" />
            <span>{name}</span>
          </button>
        );
      })}
    </div>
  );
}
