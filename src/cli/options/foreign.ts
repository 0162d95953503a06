/** Flags of other style transfer programs, and their names here. */

const own = (flag: string) => `here it is ${flag}`;
const weight = (flag: string) => `here it is ${flag}, on another scale (--recipe neural-style has that program's)`;
const photo = "the photo comes first, without a flag: pastiche PHOTO PAINTING -o OUT.png";
const paintings = "paintings come behind the photo, without a flag: pastiche PHOTO PAINTING -o OUT.png";

/** Names without their dashes, underscores as dashes. */
const hints: readonly (readonly [names: string, hint: string])[] = [
  ["content content-image content-img content-path input input-image", photo],
  ["style style-image style-images style-img style-path", paintings],
  ["output-image output-path out out-image result outfile", own("-o FILE")],
  ["iterations num-iterations iters iter num-steps max-iter max-iterations epochs", own("-n (steps at every level)")],
  ["image-size img-size imsize width height max-size content-size resolution", own("-s PIXELS (the long side)")],
  ["content-weight", weight("--alpha or --content-weight")],
  ["style-weight", weight("--beta or --style-weight")],
  ["tv-weight smoothness", weight("--tv or --tv-weight")],
  ["style-blend-weights style-weights", own("--blend 3,1")],
  ["style-scale style-size", own("--style-scale FACTOR")],
  ["original-colors preserve-colors preserve-color", own("--color content")],
  ["save-iter print-iter checkpoint-iter", own("--save-every STEPS")],
  ["init-image start-image initial", own("--init FILE")],
  ["noise noise-ratio", own("--init-noise SHARE")],
  ["learning-rate", own("--lr RATE")],
  ["gpu device backend multidevice-strategy cuda cpu", own("--runtime cpu, webgpu or cuda")],
  ["model-file network vgg", "weights of your own are taken over by pastiche models import FILE"],
  ["overwrite", own("-f")],
  ["content-layers style-layers init optimizer pooling seed normalize-gradients recipe steps alpha beta", "two dashes"],
];

/** What an argument of another program is here, as the rest of a sentence; undefined for one that is unknown. */
export function foreignHint(argument: string): string | undefined {
  const name = bare(argument);
  const hint = hints.find(([names]) => names.split(" ").includes(name))?.[1];
  return hint === "two dashes" ? own(`--${name}`) : hint;
}

/** The first of the arguments that is a word behind one dash, as neural-style has them: it would be read as `-s tyle_weight`. */
export function oneDashed(args: readonly string[]): string | undefined {
  const end = args.indexOf("--");
  const before = end < 0 ? args : args.slice(0, end);
  return before.find((arg) => /^-[a-z][a-z_-]{2,}(=|$)/i.test(arg) && foreignHint(arg) !== undefined);
}

function bare(argument: string): string {
  return argument.replace(/^-+/, "").replace(/=.*$/s, "").replaceAll("_", "-").toLowerCase();
}
