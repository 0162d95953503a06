/** File names within the length limit of file systems. */
import { createHash } from "node:crypto";
import { posix, win32 } from "node:path";

/** The largest length of a name in bytes, on nearly every file system. */
const MOST = 255;

/**
 * `path` with `ending` appended and `room` bytes to spare. If necessary, its last component is shortened and marked
 * with a few digits of its digest, so that equal paths give equal names.
 */
export function withEnding(path: string, ending: string, room = 0): string {
  const { base } = (process.platform === "win32" ? win32 : posix).parse(path);
  const most = MOST - room - Buffer.byteLength(ending);
  if (Buffer.byteLength(base) <= most) return `${path}${ending}`;
  const mark = `~${createHash("sha256").update(base).digest("hex").slice(0, 8)}`;
  return `${path.slice(0, path.length - base.length)}${cut(base, most - mark.length)}${mark}${ending}`;
}

/** The longest prefix of `text` of at most `bytes` bytes in UTF-8, without splitting characters. */
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
