/** The picture as it grows, over its photo, or two paintings; enlarged and moved. */
import { computed } from "@preact/signals";
import { useRef } from "preact/hooks";
import { viewCut } from "../../page/view.ts";
import { project } from "../../project/project.ts";
import { brushing } from "../../project/regions.ts";
import { lookedAt } from "../../run/film.ts";
import { grid } from "../../run/grid.ts";
import { branch } from "../../run/run.ts";
import { isOfPhoto, isRunning, shown, status } from "../../run/state.ts";
import { Icon } from "../controls/icon.tsx";
import { BrushTools } from "./brush.tsx";
import { GridButton, GridView } from "./grid.tsx";
import { Pair, Wipe } from "./pair.tsx";
import { Single } from "./single.tsx";
import { Arrangements, Views, viewNow } from "./views.tsx";
import { useZoom, Zoom } from "./zoom.tsx";

const pictureWidth = computed(() => (isOfPhoto.value && shown.value?.image.width) || (project.value.photo?.width ?? 1));

export function Stage() {
  const { photo } = project.value;
  const frame = useRef<HTMLDivElement>(null);
  const zoom = useZoom(frame, pictureWidth);
  const extent = photo ?? (isOfPhoto.value ? shown.value?.image : undefined);
  if (!extent) return <Empty />;
  const ratio = extent.width / extent.height;
  const looked = lookedAt.value;
  const painted = shown.value !== undefined && isOfPhoto.value;
  const chosen = viewNow.value;
  const paired = (chosen === "pair" || chosen === "wipe") && !brushing.value;
  const cut = !painted || brushing.value ? 100 : viewCut.value;
  return (
    <div class="stage" style={{ "--ratio": ratio }} data-zoomed={zoom.scale.value > 1 || undefined}>
      {paired && chosen === "pair" && <Pair zoom={zoom} frame={frame} />}
      {paired && chosen === "wipe" && <Wipe zoom={zoom} frame={frame} />}
      {!paired && <Single photo={photo} cut={cut} zoom={zoom} frame={frame} />}
      {grid.value && <GridView shown={grid.value} />}
      {brushing.value && <BrushTools />}
      {paired && <Arrangements />}
      {!paired && !brushing.value && project.value.paintings.length > 0 && (
        <div class="pill regions">
          <GridButton />
          <button
            type="button"
            title="Regions: parts that stay the photo, or are painted like another painting"
            onClick={() => (brushing.value = true)}
          >
            <Icon name="brush" /> <span class="word">Regions</span>
          </button>
        </div>
      )}
      {looked && !brushing.value && !paired && (
        <button type="button" class="main branch" onClick={() => void branch(looked)}>
          Go on from here
        </button>
      )}
      {!brushing.value && painted && <Views />}
      {painted && <Zoom zoom={zoom} />}
      {status.value === "starting" && isRunning.value && <p class="starting">Mixing colours…</p>}
      {!photo && <p class="starting">Its photo is not here</p>}
      {photo && project.value.paintings.length === 0 && <p class="starting">Now choose a painting</p>}
    </div>
  );
}

function Empty() {
  return (
    <div class="stage empty">
      <p>Drop a photo here</p>
    </div>
  );
}
