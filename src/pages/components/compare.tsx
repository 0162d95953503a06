/** A result over the picture that it was made from, with a handle that uncovers the latter. */
import { useState } from "preact/hooks";
import type { PagePicture } from "../facts.ts";
import { Handle } from "./handle.tsx";

/** A picture and its name. */
export interface Shown {
  readonly name: string;
  readonly picture: PagePicture;
}

export function Compare({ before, after }: { readonly before?: Shown | undefined; readonly after: Shown }) {
  const [cut, setCut] = useState(50);
  const { width, height } = after.picture;
  // Small pictures are enlarged, so that there is something to see; high ones must fit a window.
  const widest = Math.min(Math.max(2 * width, 400), 1200);
  return (
    <div class="compare" style={`--ratio:${width / height};--widest:${widest}px;--cut:${cut}%`}>
      <div class="after">
        <img src={after.picture.src} width={width} height={height} alt={after.name} />
      </div>
      {before && (
        <>
          <div class="before">
            <img src={before.picture.src} width={width} height={height} alt={before.name} />
          </div>
          <span class="tag left">{before.name}</span>
          <Handle label={`How much of ${before.name} is shown`} value={cut} text={before.name} onInput={setCut} />
        </>
      )}
      <span class="tag right">{after.name}</span>
    </div>
  );
}
