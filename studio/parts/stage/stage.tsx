/** The picture as it grows, over its photo: compared with a handle, enlarged and moved. */
import { useSignalEffect } from "@preact/signals";
import { toImageData } from "pastiche/web";
import { useRef } from "preact/hooks";
import { Handle } from "../../../src/pages/components/handle.tsx";
import { look, type View, view, viewCut } from "../../page/view.ts";
import { project } from "../../project/project.ts";
import { brushing } from "../../project/regions.ts";
import { lookedAt } from "../../run/film.ts";
import { grid } from "../../run/grid.ts";
import { branch, isRunning, shown, status } from "../../run/run.ts";
import { Icon } from "../controls/icon.tsx";
import { BrushCanvas, BrushTools } from "./brush.tsx";
import { GridButton, GridView } from "./grid.tsx";
import { useZoom, Zoom } from "./zoom.tsx";

const VIEWS: readonly { readonly view: View; readonly label: string }[] = [
  { view: "photo", label: "Photo" },
  { view: "split", label: "Both" },
  { view: "result", label: "Painting" },
];

export function Stage() {
  const { photo } = project.value;
  const frame = useRef<HTMLDivElement>(null);
  const zoom = useZoom(frame);
  if (!photo) return <Empty />;
  const ratio = photo.width / photo.height;
  const looked = lookedAt.value;
  const painted = shown.value !== undefined;
  const cut = !painted || brushing.value ? 100 : viewCut.value;
  return (
    <div class="stage" style={{ "--ratio": ratio }} data-zoomed={zoom.scale.value > 1 || undefined}>
      <div class="frame" ref={frame} style={{ "--cut": `${cut}%` }} {...zoom.handlers}>
        <div class="layers" style={{ transform: zoom.transform.value }}>
          <img class="layer" src={photo.url} alt={`The photo: ${photo.name}`} draggable={false} />
          <Canvas cut={cut} />
          {looked && (
            <img
              class="layer"
              src={looked.url}
              alt={`The painting after step ${looked.step}`}
              style={{ clipPath: `inset(0 0 0 ${cut}%)` }}
              draggable={false}
            />
          )}
          {brushing.value && <BrushCanvas photo={photo} />}
        </div>
        {!brushing.value && painted && view.value === "split" && (
          <Handle
            label="How much of the photo is shown"
            value={viewCut.value}
            text="photo"
            onInput={(value) => look("split", value)}
          />
        )}
      </div>
      {grid.value && <GridView shown={grid.value} />}
      {brushing.value && <BrushTools />}
      {!brushing.value && project.value.paintings.length > 0 && (
        <div class="pill regions">
          <GridButton />
          <button type="button" title="Paint regions" onClick={() => (brushing.value = true)}>
            <Icon name="brush" /> <span class="word">Regions</span>
          </button>
        </div>
      )}
      {looked && !brushing.value && (
        <button type="button" class="main branch" onClick={() => void branch(looked)}>
          Go on from here
        </button>
      )}
      {!brushing.value && painted && (
        <fieldset class="pill views">
          <legend class="unseen">What is shown</legend>
          {VIEWS.map((one, i) => (
            <button
              key={one.view}
              type="button"
              aria-pressed={view.value === one.view}
              title={`${one.label} (${i + 1})`}
              onClick={() => look(one.view)}
            >
              {one.label}
            </button>
          ))}
        </fieldset>
      )}
      {painted && <Zoom zoom={zoom} />}
      {status.value === "starting" && isRunning.value && <p class="starting">Mixing colours…</p>}
      {project.value.paintings.length === 0 && <p class="starting">Now choose a painting</p>}
    </div>
  );
}

function Canvas({ cut }: { readonly cut: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => {
    const picture = shown.value;
    if (!picture || !canvas.current) return;
    const { width, height } = picture.image;
    canvas.current.width = width;
    canvas.current.height = height;
    canvas.current.getContext("2d")!.putImageData(toImageData({ image: picture.image }), 0, 0);
  });
  return (
    <canvas
      ref={canvas}
      class="layer"
      role="img"
      aria-label="The painting so far"
      style={{ clipPath: `inset(0 0 0 ${cut}%)` }}
    />
  );
}

function Empty() {
  return (
    <div class="stage empty">
      <p>Drop a photo here</p>
    </div>
  );
}
