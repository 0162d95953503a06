/**
 * Opens files whose names come from another file instead of from the user: regular files only, because a pipe would
 * block and a device may do anything. `read.ts` reads what users name, which may be a pipe.
 */
import { constants } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { limits } from "../../pictures.ts";

/** Opens the regular file at `path` for reading; an error with a `code` for anything else. Never blocks. */
export async function openRegular(path: string): Promise<FileHandle> {
  // Checked before it is opened, for devices; opened non-blocking, in case it has become a pipe since.
  if (!(await stat(path)).isFile()) throw Object.assign(new Error("no ordinary file"), { code: "no ordinary file" });
  return open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
}

/** All bytes of the regular file at `path`, at most `limits.bytes`. Errors as in `openRegular`. */
export async function readRegular(path: string): Promise<Buffer> {
  const file = await openRegular(path);
  try {
    if ((await file.stat()).size > limits.bytes) throw Object.assign(new Error("too large"), { code: "too large" });
    return await file.readFile();
  } finally {
    await file.close();
  }
}
