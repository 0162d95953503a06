/** The film of the run: every frame can be looked at again; and the branches, of which one is worked on. */
import { useEffect, useRef } from "preact/hooks";
import { project } from "../../project/project.ts";
import { branchIds, branchName, chooseBranch, current } from "../../run/branches.ts";
import { film, lookedAt } from "../../run/film.ts";

export function Strip() {
  const frames = film.value;
  const looked = lookedAt.value;
  const { photo } = project.value;
  const strip = useRef<HTMLElement>(null);
  useEffect(() => {
    // The newest is in sight, unless another is looked at.
    if (strip.current && !lookedAt.peek()) strip.current.scrollLeft = strip.current.scrollWidth;
  }, [frames]);
  return (
    <div class="course" style={photo && { "--ratio": photo.width / photo.height }}>
      {branchIds.value.length > 0 && <Branches />}
      <nav ref={strip} class="strip" aria-label="The course of the painting">
        {frames.map((frame, i) => (
          <button
            key={frame.step}
            type="button"
            aria-pressed={frame === looked}
            aria-label={`After step ${frame.step}`}
            title={`After step ${frame.step}`}
            onClick={() => {
              lookedAt.value = frame === looked || i === frames.length - 1 ? undefined : frame;
            }}
          >
            <img src={frame.url} alt="" draggable={false} />
          </button>
        ))}
      </nav>
    </div>
  );
}

function Branches() {
  return (
    <fieldset class="branches">
      <legend class="unseen">Branches</legend>
      {branchIds.value.map((id, i) => (
        <button
          key={id}
          type="button"
          aria-pressed={id === current.value}
          aria-label={branchName(id)}
          title={branchName(id)}
          onClick={() => chooseBranch(id)}
        >
          {i + 1}
        </button>
      ))}
    </fieldset>
  );
}
