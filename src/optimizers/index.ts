/** The optimisers that can be selected by name. To add one: its file and a line here. */
export { adam } from "./adam.ts";
export { lbfgs } from "./lbfgs.ts";
