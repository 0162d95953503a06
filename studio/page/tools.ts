/** The brush, and how files reach a disk. */
import { signal } from "@preact/signals";
import { zip } from "fflate";
import { PHOTO } from "../project/regions.ts";

/** The brush for regions: its paint, its width in percent of the photo's long side, and whether it fills. */
export const brush = {
  color: signal<string>(PHOTO),
  size: signal(8),
  tool: signal<"brush" | "fill">("brush"),
};

/** Files as one, without compression: pictures have none left. */
export async function zipped(files: readonly { readonly name: string; readonly file: Blob }[]): Promise<Blob> {
  const named = files.map(async ({ name, file }) => [name, new Uint8Array(await file.arrayBuffer())] as const);
  const contents = Object.fromEntries(await Promise.all(named));
  const bytes = await new Promise<Uint8Array>((resolve, reject) => {
    zip(contents, { level: 0 }, (error, data) => (error ? reject(error) : resolve(data)));
  });
  return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "application/zip" });
}

/** Gives a file to the browser's downloads. */
export function download(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
