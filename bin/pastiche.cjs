#!/usr/bin/env node
/*
 * What the command runs first, in a language that every Node understands: an old one is told so before it stumbles over the rest,
 * and what goes wrong while that is loaded is said in a line.
 */
var version = process.versions.node;
var parts = version.split(".").map(Number);
if (parts[0] < 20 || (parts[0] === 20 && parts[1] < 19)) {
  // biome-ignore lint/style/useTemplate: the oldest know no templates
  process.stderr.write("pastiche: needs Node 20.19 or later, this is " + version + ".\n");
  process.exit(2);
}
require("./start.cjs");
