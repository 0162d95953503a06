/** The colour modes that can be selected by name. To add one: its file and a line here. */
export { content } from "./content.ts";
export { free } from "./free.ts";
export { luminance } from "./luminance.ts";
export { match } from "./match.ts";
export { style } from "./style.ts";
