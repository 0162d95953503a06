/** Writes a sheet to a file beside its picture. */
import type { Image } from "../image/image.ts";
import type { JobFiles } from "../jobs/files.ts";
import type { OutputRequest } from "../jobs/request.ts";
import { checkEncoding, outputFormat } from "../platform/pictures.ts";

/** Writes the sheet, `complete` or not; returns the path that it got. */
export type SheetWriter = (sheet: Image, complete: boolean) => Promise<string>;

/**
 * Where a sheet about the picture at `picture` goes; refused now if it could not be written at the end. One that is not
 * complete never replaces the picture that it is about. Errors: `usage`, `file`.
 */
export async function sheetWriter(
  { path, depth = 8, quality, force = false }: OutputRequest & { readonly path: string },
  picture: string,
  files: JobFiles,
): Promise<SheetWriter> {
  const format = path === "-" ? "png" : outputFormat(path);
  const encoding = { depth, quality };
  checkEncoding(format, encoding);
  if (path !== "-") await files.checkWritable(path, { force });
  return async (sheet, complete) => {
    const bytes = await files.encodePicture(format, { image: sheet }, encoding);
    if (path !== "-" && !complete && (await files.isOneOf(path, [picture]))) return files.writeBeside(path, bytes);
    await files.write(path, bytes, { force });
    return path;
  };
}
