/** The files of a job on Node: this machine's, and its standard input and output as `-`. */
import { createHash } from "node:crypto";
import { lstat } from "node:fs/promises";
import { basename, dirname, join, parse, resolve } from "node:path";
import type { JobFiles } from "../../jobs/files.ts";
import { limitsFor } from "../pictures.ts";
import { checkpointPath, checkpointSlots, readCheckpoint } from "./files/checkpoint-slots.ts";
import { makeFolder } from "./files/folder.ts";
import { takeLock } from "./files/lock.ts";
import { withEnding } from "./files/names.ts";
import { readWithin } from "./files/read.ts";
import { readRegular } from "./files/regular.ts";
import { leadsToOneOf } from "./files/same-file.ts";
import { readStandardInput, writeStandardOutput } from "./files/standard-streams.ts";
import { checkWritable, clearTemporaries, writeAtomically, writeBeside } from "./files/write.ts";
import { readPicture } from "./pictures/read.ts";
import { encodePicture } from "./pictures/write.ts";

/** Files of this machine; `-` is standard input and output. */
export const nodeFiles: JobFiles = {
  paths: { basename, dirname, join, resolve, parse, withEnding },
  async readPicture(path, options) {
    if (path !== "-") return readPicture(path, options);
    const bytes = await readStandardInput(limitsFor(options.maxPixels).bytes);
    return readPicture(bytes, { ...options, name: "standard input" });
  },
  encodePicture,
  readBytes: readWithin,
  find: (path) => readRegular(path).catch(() => undefined),
  exists: (path) =>
    lstat(path).then(
      () => true,
      () => false,
    ),
  sha256: (bytes) => createHash("sha256").update(bytes).digest("hex"),
  checkWritable,
  write: (path, bytes, options) => (path === "-" ? writeStandardOutput(bytes) : writeAtomically(path, bytes, options)),
  writeBeside,
  removeTemporaries: clearTemporaries,
  isOneOf: leadsToOneOf,
  makeFolder: async (path) => {
    await makeFolder(path);
  },
  lock: takeLock,
  checkpoints: (output) => checkpointSlots(checkpointPath(output)),
  readCheckpoint,
};
