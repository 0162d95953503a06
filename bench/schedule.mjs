/**
 * Cost and result of settings: the work, in steps at full size, and the loss before the last step, in float32, on three
 * pairs and as their geometric mean. Usage: node bench/schedule.mjs [SIZE [SETTINGS as JSON]...]
 */
import { fileURLToPath } from "node:url";
import { createStylizer, readPicture } from "../dist/node.js";

const [given = "256", ...variants] = process.argv.slice(2);
const size = Number(given);
const few = '{"steps":30,"firstSteps":60}';
const many = '{"steps":80,"firstSteps":200}';
const lbfgs = '{"optimizer":"lbfgs","average":0,"steps":20,"firstSteps":60}';
const stylizer = await createStylizer({ runtime: "cpu" });
for (const settings of variants.length > 0 ? variants : [few, many, lbfgs]) {
  /** @type {number[]} */
  const losses = [];
  let work = 0;
  for (const pair of ["cat starry", "coffee waves", "rocket autumn"]) {
    const [content, style] = await Promise.all(
      pair.split(" ").map(async (name) => {
        const file = fileURLToPath(new URL(`../examples/${name}.jpg`, import.meta.url));
        return (await readPicture(file, { longSide: 1024 })).image;
      }),
    );
    const job = { content: /** @type {any} */ (content), style: /** @type {any} */ (style) };
    const all = { size, model: /** @type {const} */ ("pocket"), precision: /** @type {const} */ ("fp32") };
    for await (const event of stylizer.stylize({ ...job, settings: { ...all, ...JSON.parse(settings) } })) {
      if (event.type === "start") {
        const last = /** @type {{ width: number }} */ (event.levels.at(-1));
        work = event.levels.reduce((sum, { width, steps }) => sum + steps * (width / last.width) ** 2, 0);
      }
      if (event.type === "step" && event.step === event.steps) losses.push(event.loss);
    }
  }
  const mean = Math.exp(losses.reduce((sum, x) => sum + Math.log(x), 0) / losses.length);
  console.log(
    `${settings}: work ${work.toFixed(0)}, loss ${mean.toFixed(4)} (${losses.map((x) => x.toFixed(4)).join(" ")})`,
  );
}
await stylizer.dispose();
