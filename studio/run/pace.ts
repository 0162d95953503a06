/** How many steps are taken in a second. */
import { status } from "./state.ts";

/** A function that is called at every step, and tells the steps in a second over the last few seconds. */
export function stopwatch(): () => number {
  let times: number[] = [];
  return () => {
    const now = performance.now() / 1000;
    // A pause is no slow step.
    if (status.peek() === "paused" || now - (times.at(-1) ?? now) > 20) times = [];
    times.push(now);
    while (times.length > 2 && now - times[0]! > 4) times.shift();
    const spent = now - times[0]!;
    return spent > 0 ? (times.length - 1) / spent : 0;
  };
}
