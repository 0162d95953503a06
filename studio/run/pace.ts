/** How many steps are taken in a second. */
import { status } from "./state.ts";

/** The shortest step, in seconds. */
const FASTEST = 0.002;

/** A function that is called at every step, and tells the steps in a second over the last few seconds. */
export function stopwatch(): () => number {
  let times: number[] = [];
  return () => {
    const now = performance.now() / 1000;
    const since = now - (times.at(-1) ?? now);
    // A pause is no slow step; what is faster than any machine is told anew, after the page was loaded.
    if (status.peek() === "paused" || since > 20 || since < FASTEST) times = [];
    times.push(now);
    while (times.length > 2 && now - times[0]! > 4) times.shift();
    const spent = now - times[0]!;
    return spent > 0 ? (times.length - 1) / spent : 0;
  };
}
