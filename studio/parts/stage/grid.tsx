/** The grid of two knobs over the stage: nine small paintings, of which one is picked. */

import { amountOf, amountText, type Knob } from "../../project/knobs.ts";
import { usual } from "../../project/project.ts";
import { type Axis, chooseCell, closeGrid, type Grid, gridKnobs, interrupted, openGrid } from "../../run/grid.ts";
import { Icon } from "../controls/icon.tsx";

export function GridView({ shown: { columns, rows, cells } }: { readonly shown: Grid }) {
  const next = cells.find(({ url }) => !url);
  return (
    <section class="grid" aria-label="Nine small paintings">
      <div class="grid-head">
        <KnobChoice label="Across" knob={columns.knob} not={rows.knob} onKnob={(knob) => openGrid(knob, rows.knob)} />
        <KnobChoice label="Down" knob={rows.knob} not={columns.knob} onKnob={(knob) => openGrid(columns.knob, knob)} />
        <button type="button" class="quiet" aria-label="Close the grid" onClick={closeGrid}>
          <Icon name="close" />
        </button>
      </div>
      <p class="hint">
        A click takes a picture's values, and paints with them.
        {interrupted.value && " Your painting goes on when this is closed."}
      </p>
      <div class="cells">
        {cells.map((cell) => {
          const values = [textOf(columns, cell.column), textOf(rows, cell.row)];
          const label = values.join(", ");
          return (
            <button
              key={`${cell.column} ${cell.row}`}
              type="button"
              disabled={!cell.url}
              aria-label={`Paint with ${label}`}
              onClick={() => chooseCell(cell)}
            >
              {cell.url && <img src={cell.url} alt="" draggable={false} />}
              {cell === next && <progress aria-label="This one is painted now" />}
              <span aria-hidden="true">
                {values[0]} <br />
                {values[1]}
              </span>
            </button>
          );
        })}
      </div>
    </section>
  );
}

function textOf({ knob, values }: Axis, at: number): string {
  return `${knob.label} ${amountText(values[at]!, amountOf(knob, usual.value))}`;
}

interface KnobChoiceProps {
  readonly label: string;
  readonly knob: Knob;
  readonly not: Knob;
  readonly onKnob: (knob: Knob) => void;
}

function KnobChoice({ label, knob, not, onKnob }: KnobChoiceProps) {
  return (
    <label>
      {label}
      <select
        value={knob.name}
        onChange={({ currentTarget }) => onKnob(gridKnobs.find(({ name }) => name === currentTarget.value)!)}
      >
        {gridKnobs
          .filter((one) => one !== not)
          .map((one) => (
            <option key={one.name} value={one.name}>
              {one.label}
            </option>
          ))}
      </select>
    </label>
  );
}

/** Opens the grid of what is most often sought. */
export function GridButton() {
  return (
    <button
      type="button"
      title="Nine small paintings of two knobs"
      onClick={() => openGrid(gridKnobs[0]!, gridKnobs.at(-1)!)}
    >
      <Icon name="grid" /> <span class="word">Compare</span>
    </button>
  );
}
