/** The losses that can be selected by name. To add one: its file and a line here. */
export { content } from "./content.ts";
export { gram } from "./gram.ts";
export { laplacian } from "./laplacian.ts";
export { moments } from "./moments.ts";
export { neighbors } from "./neighbors.ts";
export { roughness } from "./roughness.ts";
export { variation } from "./variation.ts";
