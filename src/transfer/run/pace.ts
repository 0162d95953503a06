/** Predicts the remaining time of a job from its last steps. */

/** As many last steps count: steps in float32 among them, and those that load a program, are few enough not to matter. */
const RECENT = 25;

export interface Pace {
  /** Adds a step over `pixels` that took `seconds`; the first step of a level also allocates memory and is `cold`. */
  measured(pixels: number, seconds: number, cold: boolean): void;
  /** Seconds for steps over `pixels`, by the median of the last steps; undefined before the first step that was not cold. */
  secondsFor(pixels: number): number | undefined;
}

export function pace(): Pace {
  const recent: number[] = [];
  return {
    measured(pixels, seconds, cold) {
      if (cold) return;
      recent.push(seconds / pixels);
      if (recent.length > RECENT) recent.shift();
    },
    secondsFor(pixels) {
      const sorted = recent.toSorted((a, b) => a - b);
      const median = sorted[(sorted.length - 1) >> 1];
      return median === undefined ? undefined : median * pixels;
    },
  };
}

/** A function that returns true at most once every `every` milliseconds, beginning with the first call; never if left out. */
export function interval(every: number | undefined): () => boolean {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    if (every === undefined || now - last < every) return false;
    last = now;
    return true;
  };
}
