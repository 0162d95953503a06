/**
 * The process that paints for the studio's server: one job after another on the Node runtime. Apart, so that whatever
 * happens to it leaves the server and the page standing.
 */
import { createStylizer, encodePicture, type Image, type NodeStylizer, type Run, UserError } from "../node.ts";
import type { Order, PainterEvent, PaintOrder, Report, SentPicture } from "./painter-protocol.ts";

/** A preview so often, in milliseconds: it is encoded here and decoded in the page. */
const EVERY = 200;

const runs = new Map<string, Run>();
let stylizer: Promise<NodeStylizer> | undefined;

process.on("message", (order: Order) => {
  if (order.type === "paint") {
    void paint(order);
    return;
  }
  const run = runs.get(order.id);
  if (!run) return;
  if (order.type === "adjust") run.adjust(order.changes).catch((error) => tell(order.id, failure(error)));
  else run[order.type]();
});
process.on("disconnect", () => process.exit());

async function paint({ id, content, style, mask, start, settings }: PaintOrder): Promise<void> {
  try {
    stylizer ??= createStylizer();
    const job = {
      content: fileOf(content),
      style: style.map(fileOf),
      ...(mask && { mask: fileOf(mask) }),
      ...(start && { start: fileOf(start) }),
      settings,
    };
    const run = (await stylizer).stylize(job, { previewEvery: EVERY });
    runs.set(id, run);
    for await (const event of run) {
      if (event.type === "checkpoint") continue;
      if (event.type !== "image" && event.type !== "done") tell(id, event);
      else await show(id, event, event.type === "done");
    }
  } catch (error) {
    tell(id, failure(error));
  } finally {
    runs.delete(id);
  }
}

async function show(id: string, told: PainterEvent & { readonly image: Image }, last: boolean): Promise<void> {
  const { image, ...event } = told;
  // Lossless at the end; on the way, fast.
  const bytes = last ? await encodePicture("png", { image }) : await encodePicture("webp", { image }, { quality: 90 });
  tell(id, event as PainterEvent, { type: last ? "image/png" : "image/webp", bytes });
}

function tell(id: string, event: PainterEvent, picture?: Report["picture"]): void {
  process.send?.({ id, event, picture } satisfies Report);
}

function failure(error: unknown): PainterEvent {
  const known = error instanceof UserError;
  return { type: "failed", message: known ? error.message : "Something went wrong that should not; see the terminal." };
}

function fileOf({ name, bytes }: SentPicture): File {
  return new File([bytes as Uint8Array<ArrayBuffer>], name);
}
