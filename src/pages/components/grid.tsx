/** The page about a grid of jobs: all results in tables, and one of them with its photo, its losses and its command. */
import { useLayoutEffect, useState } from "preact/hooks";
import type { Fact, GridCell, GridReport, GridTable, Input } from "../facts.ts";
import { Compare } from "./compare.tsx";
import { Command, Facts, Inputs } from "./facts.tsx";
import { Frame } from "./frame.tsx";
import { LossChart } from "./loss-chart.tsx";

/** A cell and its id, by which the address of the page chooses it. */
interface Numbered {
  readonly id: string;
  readonly cell: GridCell;
}

export function GridPage(report: GridReport) {
  const { inputs, tables, ratio } = report;
  const cells = tables
    .flatMap(({ rows }) => rows.flatMap((row) => row.cells))
    .map((cell, i): Numbered => ({ id: `cell-${i + 1}`, cell }));
  // Without scripts, all cells are shown.
  const [chosen, setChosen] = useState<string>();
  useLayoutEffect(() => {
    const wanted = location.hash.slice(1);
    setChosen(cells.some(({ id }) => id === wanted) ? wanted : cells[0]?.id);
  }, []);
  const choose = (id: string) => {
    setChosen(id);
    history.replaceState(null, "", `#${id}`);
  };
  return (
    <Frame page={report}>
      <main class="grid">
        <div>
          <div class="tables">
            {tables.map((table) => (
              <Table key={table.caption} table={table} ratio={ratio} cells={cells} chosen={chosen} onChoose={choose} />
            ))}
          </div>
          <h2 class="minor">Made of</h2>
          <Inputs inputs={inputs} />
        </div>
        <div class="detail">
          {cells.map((one) => (
            <Detail
              key={one.id}
              {...one}
              hidden={chosen !== undefined && chosen !== one.id}
              input={inputs[one.cell.before]}
              others={cells.filter(({ id, cell }) => id !== one.id && cell.picture)}
            />
          ))}
        </div>
      </main>
    </Frame>
  );
}

interface TableProps {
  readonly table: GridTable;
  readonly ratio: number;
  readonly cells: readonly Numbered[];
  readonly chosen: string | undefined;
  readonly onChoose: (id: string) => void;
}

function Table({ table: { caption, columns, rows }, ratio, cells, chosen, onChoose }: TableProps) {
  const labelled = rows.some(({ label }) => label !== undefined);
  const most = Math.max(1, ...rows.map((row) => row.cells.length));
  return (
    <table style={`--columns:${most}`}>
      {caption !== undefined && <caption>{caption}</caption>}
      {columns.length > 0 && (
        <thead>
          <tr>
            {labelled && <td />}
            {columns.map((column) => (
              <th key={column[1]} scope="col">
                <Heading fact={column} />
              </th>
            ))}
          </tr>
        </thead>
      )}
      <tbody>
        {rows.map(({ label, cells: inRow }, row) => (
          <tr key={label?.[1] ?? row}>
            {label && (
              <th scope="row">
                <Heading fact={label} />
              </th>
            )}
            {inRow.map((cell) => {
              const { id } = cells.find((one) => one.cell === cell)!;
              return (
                <td key={id}>
                  <label>
                    <input
                      type="radio"
                      name="cell"
                      value={id}
                      checked={chosen === id}
                      onChange={() => onChoose(id)}
                      onClick={() => scrollTo(id)}
                    />
                    <Thumbnail cell={cell} ratio={ratio} />
                  </label>
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Heading({ fact: [name, value] }: { readonly fact: Fact }) {
  return (
    <>
      <small>{name}</small>
      {value}
    </>
  );
}

function Thumbnail({ cell: { thumbnail, error, name }, ratio }: { readonly cell: GridCell; readonly ratio: number }) {
  if (thumbnail) return <img src={thumbnail.src} width={thumbnail.width} height={thumbnail.height} alt={name} />;
  return (
    <div class={error === undefined ? "none" : "none bad"} style={`aspect-ratio:${ratio}`} role="img" aria-label={name}>
      <span>{error === undefined ? "not run" : "failed"}</span>
    </div>
  );
}

interface DetailProps extends Numbered {
  readonly hidden: boolean;
  readonly input: Input | undefined;
  readonly others: readonly Numbered[];
}

function Detail({ id, cell, hidden, input, others }: DetailProps) {
  const { name, picture, error, file, facts, curves, bands, command } = cell;
  const [against, setAgainst] = useState("");
  const other = others.find((one) => one.id === against)?.cell;
  const before = other
    ? { name: other.name, picture: other.picture! }
    : input && { name: "photo", picture: input.picture };
  return (
    <article class="cell" id={id} aria-label={name} hidden={hidden}>
      <h2>{name}</h2>
      {picture && <Compare before={before} after={{ name: "result", picture }} />}
      {picture && others.length > 0 && (
        <p class="against">
          <label>
            Compare with{" "}
            <select value={against} onChange={({ currentTarget }) => setAgainst(currentTarget.value)}>
              <option value="">the photo</option>
              {others.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.cell.name}
                </option>
              ))}
            </select>
          </label>
        </p>
      )}
      {error !== undefined && <p class="bad">{error}</p>}
      {!picture && error === undefined && <p class="quiet">Not run yet: the same command continues with it.</p>}
      <Facts facts={facts} />
      {picture && (
        <p class="file">
          <a href={encodeURI(file)}>{file}</a>
        </p>
      )}
      {curves.steps.length > 0 && <LossChart curves={curves} bands={bands} />}
      <h3>Command</h3>
      <Command command={command} />
    </article>
  );
}

/** On a narrow screen the detail is below the tables. */
function scrollTo(id: string): void {
  const detail = document.getElementById(id)!;
  requestAnimationFrame(() => {
    if (detail.getBoundingClientRect().top > innerHeight * 0.9) detail.scrollIntoView({ behavior: "smooth" });
  });
}
