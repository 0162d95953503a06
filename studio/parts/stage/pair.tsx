/** Two paintings beside each other, enlarged and moved together: the one in view is the second. */
import type { ReadonlySignal } from "@preact/signals";
import type { RefObject } from "preact";
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

export function Pair({ zoom, frame }: PairProps) {
  const other = counterpart.value!;
  const mine = begun.value?.project ?? project.value;
  return (
    <div class="pair">
      <Half zoom={zoom} frame={frame} picture={pictureBeside} name={other.name} about={about(other.origin, mine)} />
      <Half
        zoom={zoom}
        picture={shown}
        name={compared.value === undefined ? branchName(current.value) : "In view"}
        about={about(mine, other.origin)}
      />
    </div>
  );
}

/** What one has that the other has not. */
function about(one: Origin, other: Origin): string {
  const { stopped } = one;
  const end = stopped && `step ${stopped.step} of ${stopped.steps}`;
  return [contrast(one, other), end].filter(Boolean).join(", ");
}

interface HalfProps {
  readonly zoom: ZoomState;
  readonly frame?: RefObject<HTMLDivElement | null>;
  readonly picture: ReadonlySignal<Shown | undefined>;
  readonly name: string;
  /** What made it another than the other. */
  readonly about: string;
}

function Half({ zoom, frame, picture, name, about }: HalfProps) {
  return (
    <figure class="frame" ref={frame ?? null} {...zoom.handlers}>
      <div class="layers" style={{ transform: zoom.transform.value }}>
        <PictureCanvas key={name} picture={picture} label={`The painting of ${name}`} />
      </div>
      <figcaption>
        {name}
        {about && <small>{about}</small>}
      </figcaption>
    </figure>
  );
}
