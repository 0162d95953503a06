/** The painting over its photo, with a handle to compare them. */
import type { RefObject } from "preact";
import { Handle } from "../../../src/pages/components/handle.tsx";
import { look, view, viewCut } from "../../page/view.ts";
import type { PictureFile } from "../../pictures/pictures.ts";
import { brushing } from "../../project/regions.ts";
import { lookedAt } from "../../run/film.ts";
import { shown } from "../../run/state.ts";
import { BrushCanvas } from "./brush.tsx";
import { PictureCanvas } from "./picture-canvas.tsx";
import type { ZoomState } from "./zoom.tsx";

interface SingleProps {
  /** Undefined for a painting whose photo is not here. */
  readonly photo: PictureFile | undefined;
  /** How much of the photo is seen from the left, in percent. */
  readonly cut: number;
  readonly zoom: ZoomState;
  readonly frame: RefObject<HTMLDivElement | null>;
}

export function Single({ photo, cut, zoom, frame }: SingleProps) {
  const looked = lookedAt.value;
  // The handle stays in its frame, whatever is enlarged behind it.
  const layerCut = view.value === "split" && cut < 100 ? zoom.inLayers(cut) : cut;
  return (
    <div class="frame" ref={frame} style={{ "--cut": `${cut}%` }} {...zoom.handlers}>
      <div class="layers" style={{ transform: zoom.transform.value }}>
        {photo && <img class="layer" src={photo.url} alt={`The photo: ${photo.name}`} draggable={false} />}
        <PictureCanvas picture={shown} label="The painting so far" cut={layerCut} />
        {looked && (
          <img
            class="layer"
            src={looked.url}
            alt={`The painting after step ${looked.step}`}
            style={{ clipPath: `inset(0 0 0 ${layerCut}%)` }}
            draggable={false}
          />
        )}
        {photo && brushing.value && <BrushCanvas photo={photo} />}
      </div>
      {!brushing.value && shown.value && view.value === "split" && (
        <Handle
          label="How much of the photo is shown"
          value={viewCut.value}
          text="photo"
          onInput={(value) => look("split", value)}
        />
      )}
    </div>
  );
}
