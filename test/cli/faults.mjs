/**
 * Loaded before the command (NODE_OPTIONS=--import): counts the file operations of checkpoints and lets one of them fail,
 * or ends the process there as kill -9 does. FAULT is `CODE:FIRST:LAST`, `SIGKILL:NUMBER`
 * or `SIGINT:NUMBER`; operations count from 0, six of them a checkpoint (open, write, sync, close, rename, unlink).
 */
import promises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

const [code, first, last = first] = (process.env.FAULT ?? "").split(":");
let count = 0;

function fault() {
  const number = count++;
  if (number < Number(first) || number > Number(last)) return;
  if (code.startsWith("SIG")) return process.kill(process.pid, code);
  throw Object.assign(new Error(code), { code });
}

/** Temporary files of the picture itself are counted too once there are any: the command's last operations. */
const ours = (path) => /\.ckpt~?$|\.pastiche-.*\.tmp$/.test(String(path));

const { open, rename, unlink } = promises;
promises.rename = async (from, to) => {
  if (ours(from)) fault();
  return rename(from, to);
};
promises.unlink = async (path) => {
  if (ours(path)) fault();
  return unlink(path);
};
promises.open = async (path, flags, mode) => {
  if (!ours(path) || flags !== "wx") return open(path, flags, mode);
  fault();
  const file = await open(path, flags, mode);
  const { writeFile, sync, close } = file;
  let begun = false;
  file.writeFile = async (bytes) => {
    // A file's pieces are one operation, which fails in the first.
    if (begun) return writeFile.call(file, bytes);
    begun = true;
    await file.write(bytes.subarray(0, bytes.length / 2));
    fault();
    return writeFile.call(file, bytes.subarray(bytes.length / 2));
  };
  file.sync = async () => {
    fault();
    return sync.call(file);
  };
  file.close = async () => {
    await close.call(file);
    fault();
  };
  return file;
};
syncBuiltinESMExports();
