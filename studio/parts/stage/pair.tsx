/** Two paintings, enlarged and moved together: beside each other, or one over the other with a handle. The one in view is the second. */
import type { ReadonlySignal } from "@preact/signals";
import type { RefObject } from "preact";
import { Handle } from "../../../src/pages/components/handle.tsx";
import { look, viewCut } from "../../page/view.ts";
import { contrast } from "../../project/contrast.ts";
import { project } from "../../project/project.ts";
import { branchName, current } from "../../run/branches.ts";
import { compared, counterpart, type Origin, pictureBeside } from "../../run/counterpart.ts";
import { begun, type Shown, shown } from "../../run/state.ts";
import { PictureCanvas } from "./picture-canvas.tsx";
import type { ZoomState } from "./zoom.tsx";

interface PairProps {
  readonly zoom: ZoomState;
  readonly frame: RefObject<HTMLDivElement | null>;
}

/** Beside each other. */
export function Pair({ zoom, frame }: PairProps) {
  const { other, mine } = two();
  return (
    <div class="pair">
      <Half zoom={zoom} frame={frame} picture={pictureBeside} {...other} />
      <Half zoom={zoom} picture={shown} {...mine} />
    </div>
  );
}

/** The one in view over the other, of which as much is seen as the handle says. */
export function Wipe({ zoom, frame }: PairProps) {
  const { other, mine } = two();
  const cut = viewCut.value;
  return (
    <div class="frame wiped" ref={frame} style={{ "--cut": `${cut}%` }} {...zoom.handlers}>
      <div class="layers" style={{ transform: zoom.transform.value }}>
        <PictureCanvas picture={pictureBeside} label={`The painting of ${other.name}`} />
        <PictureCanvas picture={shown} label={`The painting of ${mine.name}`} cut={zoom.inLayers(cut)} />
      </div>
      <Caption {...other} />
      <Caption {...mine} />
      <Handle
        label="How much of the other painting is shown"
        value={cut}
        text={other.name}
        onInput={(value) => look("wipe", value)}
      />
    </div>
  );
}

interface CaptionProps {
  readonly name: string;
  /** What made it another than the other. */
  readonly about: string;
}

function two(): { readonly other: CaptionProps; readonly mine: CaptionProps } {
  const { name, origin } = counterpart.value!;
  const own = begun.value?.project ?? project.value;
  const ownName = compared.value === undefined ? branchName(current.value) : "In view";
  return {
    other: { name, about: about(origin, own) },
    mine: { name: ownName, about: about(own, origin) },
  };
}

/** What one has that the other has not. */
function about(one: Origin, other: Origin): string {
  const { stopped } = one;
  const end = stopped && `step ${stopped.step} of ${stopped.steps}`;
  return [contrast(one, other), end].filter(Boolean).join(", ");
}

interface HalfProps extends CaptionProps {
  readonly zoom: ZoomState;
  readonly frame?: RefObject<HTMLDivElement | null>;
  readonly picture: ReadonlySignal<Shown | undefined>;
}

function Half({ zoom, frame, picture, ...caption }: HalfProps) {
  return (
    <div class="frame" ref={frame ?? null} {...zoom.handlers}>
      <div class="layers" style={{ transform: zoom.transform.value }}>
        <PictureCanvas key={caption.name} picture={picture} label={`The painting of ${caption.name}`} />
      </div>
      <Caption {...caption} />
    </div>
  );
}

function Caption({ name, about }: CaptionProps) {
  return (
    <p class="caption">
      {name}
      {about && <small>{about}</small>}
    </p>
  );
}
