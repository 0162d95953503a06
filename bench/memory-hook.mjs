/**
 * Preloaded into a process by memory.mjs (node --import): at its end it writes its peak memory in bytes to the file that
 * PEAK_FILE names. With STOP_AFTER=1 it interrupts itself, as Ctrl-C would, after the first step.
 */
import { writeFileSync } from "node:fs";
import { peakSoFar } from "../dist/platform/node/memory.js";

const { PEAK_FILE, STOP_AFTER } = process.env;
process.on("exit", () => PEAK_FILE && writeFileSync(PEAK_FILE, `${peakSoFar()}`));
if (STOP_AFTER) {
  const write = process.stderr.write.bind(process.stderr);
  process.stderr.write = /** @type {typeof process.stderr.write} */ (
    (/** @type {string} */ text, /** @type {any[]} */ ...rest) => {
      if (String(text).startsWith('{"type":"step"')) process.kill(process.pid, "SIGINT");
      return write(text, ...rest);
    }
  );
}
