/**
 * Files that a file names, not a person: only regular ones are opened, because a pipe would be waited for and a device may do
 * anything. What people type may be a pipe; that is `pictures-file.ts`'s.
 */
import { constants } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { limits } from "../pictures.ts";

/** The regular file at `path`, open to be read; an error with a `code` for anything else. Never waits. */
export async function openRegular(path: string): Promise<FileHandle> {
  // Looked at before it is opened, for devices; and opened without waiting, should it have become a pipe since.
  if (!(await stat(path)).isFile()) throw Object.assign(new Error("no ordinary file"), { code: "no ordinary file" });
  return open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
}

/** All bytes of the regular file at `path`, `limits.bytes` at most. Errors as of `openRegular`. */
export async function readRegular(path: string): Promise<Buffer> {
  const file = await openRegular(path);
  try {
    if ((await file.stat()).size > limits.bytes) throw Object.assign(new Error("too large"), { code: "too large" });
    return await file.readFile();
  } finally {
    await file.close();
  }
}
