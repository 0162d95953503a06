/** The optimisers one can choose by name. Adding one is its file and a line here. */
export { adam } from "./adam.ts";
export { lbfgs } from "./lbfgs.ts";
