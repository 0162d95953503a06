/*
 * Loads the command, bundled into few files, from a file of its own: oldest Nodes do not parse `import()`. What fails here was missing before the
 * command could speak for itself.
 */
const reasons = {
  EMFILE: "too many files are open: close some, or raise the limit (ulimit -n 1024)",
  ENFILE: "the whole system has too many files open: close some programs",
  ENOMEM: "there is too little memory to begin: close some programs, or raise the limit (ulimit -v)",
  ERR_MODULE_NOT_FOUND: "a part of the package is missing: install it again (in a clone: npm run build)",
};

import("../dist/command/main.js").catch((error) => {
  process.stderr.write(`pastiche: ${reasons[error.code] || `could not be loaded: ${error.message}`}.\n`);
  if (process.env.DEBUG) process.stderr.write(`${error.stack}\n`);
  process.exitCode = error.code in reasons ? 5 : 1;
});
