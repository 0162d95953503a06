/** The recipes one can choose by name. Adding one is its file and a line here. */
export { balanced } from "./balanced.ts";
export { eager } from "./eager.ts";
export { gatys } from "./gatys.ts";
export { keras } from "./keras.ts";
export { neighbors } from "./neighbors.ts";
export { neuralStyle as "neural-style" } from "./neural-style.ts";
export { tensorflow } from "./tensorflow.ts";
