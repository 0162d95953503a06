/** File names that are not longer than file systems take. Refuses to know what is in the files. */
import { createHash } from "node:crypto";
import { posix, win32 } from "node:path";

/** Most bytes of one name, on nearly every file system. */
const MOST = 255;

/**
 * `path` with `ending` behind it, and with `room` for so many bytes more; its last part shortened, if it must be, until both fit; what was cut off is told apart by a
 * few digits of its digest, so that the same path always gives the same name.
 */
export function withEnding(path: string, ending: string, room = 0): string {
  const { base } = (process.platform === "win32" ? win32 : posix).parse(path);
  const most = MOST - room - Buffer.byteLength(ending);
  if (Buffer.byteLength(base) <= most) return `${path}${ending}`;
  const mark = `~${createHash("sha256").update(base).digest("hex").slice(0, 8)}`;
  return `${path.slice(0, path.length - base.length)}${cut(base, most - mark.length)}${mark}${ending}`;
}

/** The longest beginning of `text` of at most so many bytes in UTF-8; characters stay whole. */
function cut(text: string, bytes: number): string {
  let length = 0;
  let result = "";
  for (const character of text) {
    length += Buffer.byteLength(character);
    if (length > bytes) break;
    result += character;
  }
  return result;
}
