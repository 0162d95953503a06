/*
 * Preloaded into a process by start.mjs (node -r): writes a line for each event on standard error, with the wall and CPU time
 * since the process began, and ends the process after the first step.
 */
const { performance } = require("node:perf_hooks");

const write = process.stderr.write.bind(process.stderr);
const told = new Set();

function mark(name) {
  if (told.has(name)) return;
  told.add(name);
  const { user, system } = process.cpuUsage();
  write(`MARK ${JSON.stringify({ name, wall: performance.now(), cpu: (user + system) / 1000 })}\n`);
}

mark("Node runs");
/** What an event ends. */
const parts = {
  start: "pictures read, job planned",
  level: "colours fitted",
  step: "targets described, programs loaded, first step",
};
process.stderr.write = (text, ...rest) => {
  const type = /^\{"type":"(\w+)"/.exec(String(text))?.[1];
  if (type in parts) mark(parts[type]);
  if (type === "step") process.exit();
  return write(text, ...rest);
};
