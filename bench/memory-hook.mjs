/**
 * Preloaded into a process by memory.mjs (node --import): at its end it writes its peak memory in bytes to the file that
 * PEAK_FILE names. With STOP_AFTER=N it interrupts itself, as Ctrl-C would, after N steps.
 */
import { writeFileSync } from "node:fs";
import { peakSoFar } from "../dist/platform/node/memory.js";

const { PEAK_FILE, STOP_AFTER } = process.env;
process.on("exit", () => PEAK_FILE && writeFileSync(PEAK_FILE, `${peakSoFar()}`));
if (STOP_AFTER) {
  const write = process.stderr.write.bind(process.stderr);
  // Once: a second interruption ends the job without a checkpoint.
  let left = Number(STOP_AFTER);
  process.stderr.write = /** @type {typeof process.stderr.write} */ (
    (/** @type {string} */ text, /** @type {any[]} */ ...rest) => {
      if (String(text).startsWith('{"type":"step"') && left-- === 1) process.kill(process.pid, "SIGINT");
      return write(text, ...rest);
    }
  );
}
