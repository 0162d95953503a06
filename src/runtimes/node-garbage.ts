/** Collects garbage at once, where V8 would wait. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | undefined;

/**
 * Frees what is garbage now. V8 does not see the memory of native libraries, so that large buffers which nobody holds any
 * more would stay beside it for a whole job.
 */
export function collectGarbage(): void {
  if (!collect) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  collect();
}
