/** The output formats. To add one: its file and a line here. */
export { jpeg } from "./jpeg.ts";
export { png } from "./png.ts";
export { tiff } from "./tiff.ts";
export { webp } from "./webp.ts";
