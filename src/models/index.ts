/** The backbones one can choose by name. Adding one is its file and a line here. */
export { pocket } from "./pocket.ts";
export { vgg19 } from "./vgg19.ts";
