/** The film of the run: every frame can be looked at again. */
import { film, lookedAt } from "../../run/film.ts";

export function Strip() {
  const frames = film.value;
  const looked = lookedAt.value;
  return (
    <nav class="strip" aria-label="The course of the painting">
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
  );
}
