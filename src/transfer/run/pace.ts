/** Predicts the remaining time of a job from its last steps. */

/** The weight of a step's time in the running mean. */
const RECENT = 0.2;

export interface Pace {
  /** Adds a step over `pixels` that took `seconds`; the first step of a level also allocates memory and is `cold`. */
  measured(pixels: number, seconds: number, cold: boolean): void;
  /** Seconds for steps over `pixels`; undefined before the first step that was not cold. */
  secondsFor(pixels: number): number | undefined;
}

export function pace(): Pace {
  let secondsPerPixel: number | undefined;
  return {
    measured(pixels, seconds, cold) {
      if (cold) return;
      const now = seconds / pixels;
      secondsPerPixel = secondsPerPixel === undefined ? now : secondsPerPixel + RECENT * (now - secondsPerPixel);
    },
    secondsFor: (pixels) => (secondsPerPixel === undefined ? undefined : secondsPerPixel * pixels),
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
