/**
 * A loss of one's own: the distance between the mean features of picture and painting, a part of the statistics that Li,
 * Wang, Liu and Hou match (arXiv 1701.01036). Usage: node examples/parts/loss.mjs PHOTO PAINTING RESULT
 */
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { stylize, writePicture } from "pastiche/node";
import { channelSums, div, meanSquare, places, sub } from "pastiche/parts";

/** @type {import("pastiche/parts").OwnLayerLoss} */
export const means = {
  name: "means",
  summary: "the distance between mean features",
  role: "style",
  // By default; as settings: { means: 0.5, meansLayers: { conv3_1: 1 } }.
  strength: 1,
  layers: { conv1_1: 1, conv2_1: 1, conv3_1: 1 },
  make: () => ({
    // Of the painting: what is kept of it.
    describe: (features, weight) => [div(channelSums(features, weight), places(features, weight))],
    // Of the picture, at every step: sums over positions, which add up over tiles.
    measure: (features, _, weight) => [channelSums(features, weight), places(features, weight)],
    // A number from both. Its gradient is derived.
    score([sums, positions], [target]) {
      const difference = sub(div(sums, positions), target);
      return div(meanSquare(difference), meanSquare(target));
    },
  }),
};

if (argv[1] === fileURLToPath(import.meta.url)) {
  const [content, style, result] = argv.slice(2);
  const { image } = await stylize({ content, style, losses: [means], settings: { size: 256, means: 2 } });
  await writePicture(result, { image });
}
