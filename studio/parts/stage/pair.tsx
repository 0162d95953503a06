/** Two branches beside each other, enlarged and moved together. */
import type { ReadonlySignal } from "@preact/signals";
import type { RefObject } from "preact";
import { contrast } from "../../project/contrast.ts";
import { project } from "../../project/project.ts";
import { beside, branchName, current, shownBeside } from "../../run/branches.ts";
import { type Shown, shown } from "../../run/state.ts";
import { PictureCanvas } from "./picture-canvas.tsx";
import type { ZoomState } from "./zoom.tsx";

interface PairProps {
  readonly zoom: ZoomState;
  readonly frame: RefObject<HTMLDivElement | null>;
}

/** The branch that is worked on is the second. */
export function Pair({ zoom, frame }: PairProps) {
  const other = beside.value!;
  return (
    <div class="pair">
      <Half
        zoom={zoom}
        frame={frame}
        picture={shownBeside}
        name={branchName(other.id)}
        about={contrast(other.project, project.value)}
      />
      <Half
        zoom={zoom}
        picture={shown}
        name={branchName(current.value)}
        about={contrast(project.value, other.project)}
      />
    </div>
  );
}

interface HalfProps {
  readonly zoom: ZoomState;
  readonly frame?: RefObject<HTMLDivElement | null>;
  readonly picture: ReadonlySignal<Shown | undefined>;
  readonly name: string;
  /** What it has that the other has not. */
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
