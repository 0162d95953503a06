/** Pictures through pipes: standard input and output as bytes. */
import { UserError } from "../../../errors.ts";
import { limits } from "../../pictures.ts";
import { tooLarge } from "./read.ts";

/**
 * All of standard input, which holds a picture. A terminal there is a `usage` error: nobody types a picture. More than a
 * picture may have is a `picture` error, as soon as it has come.
 */
export async function readStandardInput(most: number = limits.bytes): Promise<Uint8Array> {
  if (process.stdin.isTTY) throw new UserError("usage", "A picture was expected on standard input: pipe one in.");
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of process.stdin) {
    size += (part as Uint8Array).length;
    if (size > most) throw tooLarge("standard input", size, most);
    parts.push(part as Uint8Array);
  }
  return Buffer.concat(parts);
}

/** `bytes` to standard output. A terminal there is a `usage` error; a closed pipe is a `file` error. */
export async function writeStandardOutput(bytes: Uint8Array): Promise<void> {
  if (process.stdout.isTTY)
    throw new UserError("usage", "The picture would be shown as text: redirect it, or give -o FILE.");
  await new Promise<void>((resolve, reject) => {
    process.stdout.once("error", (error) => {
      reject(new UserError("file", `Standard output was closed: ${error.message}.`, { cause: error }));
    });
    process.stdout.write(bytes, (error) => (error ? undefined : resolve()));
  });
}
