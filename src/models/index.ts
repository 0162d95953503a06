/** The backbones that can be selected by name. To add one: its file and a line here. */
export { pocket } from "./pocket.ts";
export { slim } from "./slim.ts";
export { vgg19 } from "./vgg19.ts";
