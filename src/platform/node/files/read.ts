/** Reads a file that the user named, up to a limit, or gives one clear line why not. */

import { type FileHandle, open, stat } from "node:fs/promises";
import { UserError } from "../../../errors.ts";
import { limits } from "../../pictures.ts";
import { inMessage } from "./paths.ts";
import { shortage } from "./shortage.ts";

/** The whole file at `path`, as typed by the user; at most `most` bytes. Pipes (`<(...)`) are read to their end. */
export async function readWithin(path: string, most: number = limits.bytes): Promise<Uint8Array> {
  if (path === "") throw new UserError("picture", "A picture's name is empty; give the path of a file.");
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) {
    throw new UserError(
      "picture",
      `${inMessage(path)} is a web address; download the picture and give the path of the file.`,
    );
  }
  let file: FileHandle | undefined;
  try {
    const info = await stat(path);
    if (info.isDirectory())
      throw new UserError("picture", `${inMessage(path)} is a folder; give the path of one picture in it.`);
    if (!info.isFile() && !info.isFIFO()) {
      throw new UserError("picture", `${inMessage(path)} is a device, not a file; give the path of a picture.`);
    }
    if (info.size > most) throw tooLarge(inMessage(path), info.size, most);
    file = await open(path, "r");
    return info.isFile() ? await readSized(file, path, info.size) : await readToEnd(file, path, most);
  } catch (error) {
    throw error instanceof UserError ? error : unreadable(path, error);
  } finally {
    await file?.close();
  }
}

/** One read for a file of known length, verified afterwards. */
async function readSized(file: FileHandle, path: string, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await file.read(bytes, filled, size - filled, filled);
    if (bytesRead === 0)
      throw new UserError("picture", `${inMessage(path)} became shorter while it was read; try again.`);
    filled += bytesRead;
  }
  return bytes;
}

async function readToEnd(file: FileHandle, path: string, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of file.createReadStream({ autoClose: false }) as AsyncIterable<Uint8Array>) {
    parts.push(part);
    total += part.length;
    if (total > most) throw tooLarge(inMessage(path), total, most);
  }
  return Buffer.concat(parts);
}

/** The error for a picture's file of `size` bytes or more. */
export function tooLarge(name: string, size: number, limit: number = limits.bytes): UserError {
  const megabytes = (bytes: number) => Math.ceil(bytes / 1e6);
  const most = megabytes(limit);
  return new UserError(
    "picture",
    `${name} has ${megabytes(size)} MB; at most ${most} MB are read. Save it smaller first.`,
    { limit: "maxPixels" },
  );
}

function unreadable(path: string, cause: unknown): UserError {
  const short = shortage(cause, `${inMessage(path)} cannot be read`);
  if (short) return short;
  if (path.includes("\ufffd")) {
    const why = "its name is not UTF-8, and Node opens no other names; rename it, or pipe it in (- and < FILE)";
    return new UserError("picture", `${inMessage(path)}: ${why}.`, { cause });
  }
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? "unknown error";
  const reason = reasons[code] ?? `it cannot be read (${code})`;
  return new UserError("picture", `${inMessage(path)}: ${reason}.`, { cause });
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file; check the spelling and the folder",
  ENOTDIR: "there is no such file; a part of this path is a file, not a folder",
  EACCES: "you are not allowed to read it; check its permissions",
  EPERM: "you are not allowed to read it; check its permissions",
  ELOOP: "its symbolic links go round in a circle",
  ENAMETOOLONG: "the name is longer than the file system allows",
  EIO: "the disk reports an error while reading it",
  ERR_INVALID_ARG_VALUE: "no file can have this name",
};
