/** The commands: the help text of each, and the file that defines it, loaded when it is called. */
import type { Command } from "commander";
import type { Context } from "../terminal/context.ts";

interface CommandEntry {
  readonly name: string;
  readonly description: string;
  /** How its arguments are written in the list of commands. */
  readonly usage: string;
  load(): Promise<{ define(command: Command, context: Context): Command }>;
}

/** In the order of the help. The first is the default. */
export const commands: readonly CommandEntry[] = [
  {
    name: "stylize",
    description: "repaint a photo in the style of a painting, or of several (the default command)",
    usage: "[options] [content] [style...]",
    load: () => import("./stylize.ts"),
  },
  {
    name: "studio",
    description: "a page in your browser where a photo becomes a painting before your eyes",
    usage: "[options]",
    load: () => import("./studio.ts"),
  },
  {
    name: "resume",
    description: "go on with a job that was stopped, from its checkpoint",
    usage: "[options] <checkpoint>",
    load: () => import("./resume.ts"),
  },
  {
    name: "show",
    description: "how a result was made, as a command line",
    usage: "[options] <picture>",
    load: () => import("./show.ts"),
  },
  {
    name: "replay",
    description: "make a result again from the settings inside it",
    usage: "[options] <picture>",
    load: () => import("./replay.ts"),
  },
  {
    name: "plan",
    description: "what a job would take (sizes, tiles, memory, time), without running it",
    usage: "[options] <content> <style...>",
    load: () => import("./plan.ts"),
  },
  {
    name: "features",
    description: "what the network sees in a picture: a sheet of feature maps and Gram matrices",
    usage: "[options] <picture>",
    load: () => import("./features.ts"),
  },
  {
    name: "grid",
    description: "try settings against each other: a picture for every combination, a labelled sheet, a page",
    usage: "[options] [pictures...]",
    load: () => import("./grid.ts"),
  },
  {
    name: "texture",
    description: "a texture from noise, after a painting or several",
    usage: "[options] <style...>",
    load: () => import("./texture.ts"),
  },
  {
    name: "reconstruct",
    description: "what a layer of the network keeps of a picture, or a sheet of what all keep",
    usage: "[options] <picture>",
    load: () => import("./reconstruct.ts"),
  },
  {
    name: "recipes",
    description: "named sets of settings: what there are, or what one of them does",
    usage: "[options] [name]",
    load: () => import("./recipes.ts"),
  },
  {
    name: "models",
    description: "list, download, import, check and remove network weights",
    usage: "",
    load: () => import("./models.ts"),
  },
  {
    name: "info",
    description: "versions, runtimes, networks and memory of this machine",
    usage: "[options]",
    load: () => import("./info.ts"),
  },
];
