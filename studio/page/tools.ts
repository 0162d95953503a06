/** What a hand holds, and how a file reaches a disk. */
import { signal } from "@preact/signals";
import { PHOTO } from "../project/regions.ts";

/** The brush for regions: its paint, its width in percent of the photo's long side, and whether it fills. */
export const brush = {
  color: signal<string>(PHOTO),
  size: signal(8),
  tool: signal<"brush" | "fill">("brush"),
};

/** Gives a file to the browser's downloads. */
export function download(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
