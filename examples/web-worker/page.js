/** Paints in a worker what a form asks for: the picture as it grows, a slider that acts on the next step, and a stop. */
import { createWorkerStylizer, requestPersistence, toImageData } from "pastiche/web";

const form = document.querySelector("form");
const status = document.querySelector("[role=status]");
const canvas = document.querySelector("canvas");

/** The stylizer, and the weights file that it was opened with. */
let open;
let run;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  run?.stop();
  try {
    await paint(new FormData(form));
  } catch (error) {
    status.textContent = error.message;
  }
});
form.elements.stop.addEventListener("click", () => run?.stop());
form.elements.beta.addEventListener("change", ({ target }) => {
  run?.adjust({ beta: Number(target.value) }).catch((error) => {
    status.textContent = error.message;
  });
});

async function paint(wishes) {
  const stylizer = await stylizerWith(wishes.get("weights"));
  const settings = { size: Number(wishes.get("size")), beta: Number(wishes.get("beta")), quality: "draft" };
  const job = { content: wishes.get("photo"), style: wishes.get("painting"), settings };
  run = stylizer.stylize(job, { previewEvery: 200 });
  for await (const event of run) {
    if (event.type === "start") status.textContent = `${event.model} on ${event.runtime}`;
    if (event.type === "step") status.textContent = `Step ${event.step} of ${event.steps}`;
    if (event.type === "image") show(event.image);
  }
  const { image, record } = await run;
  show(image);
  status.textContent = `Done: ${record.step} steps with ${record.model} on ${record.runtime}`;
}

/** One worker for all jobs: it keeps the network and the compiled programs. A file of weights needs another one. */
async function stylizerWith(file) {
  const weights = file.size > 0 ? file : undefined;
  if (open && open.weights === weights?.name) return open.stylizer;
  open?.worker.terminate();
  open = undefined;
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  const options = { onNote: (text) => (status.textContent = text), ...(weights && { weights: { vgg19: weights } }) };
  // The browser keeps the weights: on the next visit no file has to be chosen.
  if (weights) await requestPersistence();
  const stylizer = await createWorkerStylizer(worker, options);
  open = { worker, stylizer, weights: weights?.name };
  return stylizer;
}

function show(image) {
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext("2d").putImageData(toImageData({ image }), 0, 0);
}
