/** Painting regions over the photo: a brush, a fill by colour, and one paint for every painting. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { brush, download } from "../../page/tools.ts";
import type { PictureFile } from "../../pictures/pictures.ts";
import { joined } from "../../project/fill.ts";
import { change, project } from "../../project/project.ts";
import { brushing, colors, keepMask, maskSize, PHOTO } from "../../project/regions.ts";
import { Icon } from "../controls/icon.tsx";

/** Colours that differ no more are one to the fill. */
const TOLERANCE = 36;

/** What is painted, over the photo. */
export function BrushCanvas({ photo }: { readonly photo: PictureFile }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { mask } = project.value;
  const size = maskSize(photo);
  const ring = useRef<HTMLDivElement>(null);
  const last = useRef<{ x: number; y: number } | undefined>(undefined);
  useEffect(() => {
    void drawMask(canvas.current!, mask?.file);
  }, [mask, photo]);
  const at = ({ clientX, clientY }: MouseEvent) => {
    const { left, top, width, height } = canvas.current!.getBoundingClientRect();
    return { x: ((clientX - left) / width) * size.width, y: ((clientY - top) / height) * size.height };
  };
  const moveRing = ({ x, y }: { x: number; y: number }) => {
    const { width, height } = size;
    const share = (part: number) => `${100 * part}%`;
    const extent = (brush.size.value / 100) * (Math.max(width, height) / width);
    Object.assign(ring.current!.style, { left: share(x / width), top: share(y / height), width: share(extent) });
  };
  const stroke = (to: { x: number; y: number }) => {
    const from = last.current ?? to;
    last.current = to;
    const context = canvas.current!.getContext("2d")!;
    Object.assign(context, { lineCap: "round", lineJoin: "round", strokeStyle: brush.color.value });
    context.lineWidth = (brush.size.value / 100) * Math.max(size.width, size.height);
    context.beginPath();
    context.moveTo(from.x, from.y);
    // A line of no length is not drawn: a tap is a very short one.
    context.lineTo(to.x + (from === to ? 0.01 : 0), to.y);
    context.stroke();
  };
  const lift = ({ isPrimary }: PointerEvent) => {
    if (!last.current || !isPrimary) return;
    last.current = undefined;
    void keepMask(canvas.current!);
  };
  return (
    <>
      <canvas
        ref={canvas}
        class="layer brush"
        aria-label="Regions: paint with the pointer"
        role="img"
        {...size}
        onClick={(event) => {
          if (brush.tool.value === "fill") void fill(canvas.current!, photo, at(event), brush.color.value);
        }}
        onPointerDown={(event) => {
          // Two fingers enlarge and move: what the first drew is taken back.
          if (!event.isPrimary && last.current) {
            last.current = undefined;
            void drawMask(canvas.current!, mask?.file);
          }
          if (!event.isPrimary || brush.tool.value === "fill") return;
          canvas.current!.setPointerCapture(event.pointerId);
          last.current = at(event);
          stroke(last.current);
        }}
        onPointerMove={(event) => {
          moveRing(at(event));
          if (last.current && event.isPrimary) stroke(at(event));
        }}
        onPointerUp={lift}
        onPointerCancel={lift}
      />
      <div ref={ring} class="ring" hidden={brush.tool.value === "fill"} />
    </>
  );
}

/** The paints and tools. */
export function BrushTools() {
  const { paintings, mask } = project.value;
  const name = useSignal("region");
  const paints = paintings.slice(0, colors.length).map((painting, i) => ({ painting, color: colors[i]! }));
  return (
    <fieldset class="pill brush-tools">
      <legend class="unseen">Regions</legend>
      <p>
        <span class="long">Paint over what is to be like:</span>
        <span class="short">Like</span>
      </p>
      {paints.map(({ painting, color }) => (
        <label key={color} style={{ "--paint": color }} title={`Like ${painting.name}`}>
          <input
            type="radio"
            class="unseen"
            name={name.value}
            checked={brush.color.value === color}
            aria-label={`Like ${painting.name}`}
            onChange={() => (brush.color.value = color)}
          />
          <img src={painting.url} alt="" />
        </label>
      ))}
      <label style={{ "--paint": PHOTO }} title="Stays the photo">
        <input
          type="radio"
          class="unseen"
          name={name.value}
          checked={brush.color.value === PHOTO}
          onChange={() => (brush.color.value = PHOTO)}
        />
        the photo
      </label>
      <input
        type="range"
        min="1"
        max="25"
        step="0.5"
        value={brush.size.value}
        aria-label="Brush size"
        title="Brush size"
        onInput={({ currentTarget }) => (brush.size.value = Number(currentTarget.value))}
      />
      <button
        type="button"
        aria-pressed={brush.tool.value === "fill"}
        title="Fill what is of one colour"
        onClick={() => (brush.tool.value = brush.tool.value === "fill" ? "brush" : "fill")}
      >
        Fill
      </button>
      <button type="button" disabled={!mask} onClick={() => change({ mask: undefined })}>
        Clear
      </button>
      <button
        type="button"
        disabled={!mask}
        aria-label="Save the mask"
        title="Save the mask"
        onClick={() => mask && download(mask.file, "mask.png")}
      >
        <Icon name="save" />
      </button>
      <button type="button" class="main" onClick={() => (brushing.value = false)}>
        Done
      </button>
    </fieldset>
  );
}

/** The mask as it was kept; without one, all of it is the first painting's. */
async function drawMask(canvas: HTMLCanvasElement, file: Blob | undefined): Promise<void> {
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  const bitmap = file && (await createImageBitmap(file));
  context.fillStyle = colors[0];
  context.fillRect(0, 0, canvas.width, canvas.height);
  if (bitmap) context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap?.close();
}

async function fill(
  canvas: HTMLCanvasElement,
  photo: PictureFile,
  at: { x: number; y: number },
  color: string,
): Promise<void> {
  const { width, height } = canvas;
  const scratch = new OffscreenCanvas(width, height).getContext("2d")!;
  const bitmap = await createImageBitmap(photo.file);
  scratch.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const inside = (value: number, extent: number) => Math.min(extent - 1, Math.max(0, Math.floor(value)));
  const found = joined(scratch.getImageData(0, 0, width, height), inside(at.x, width), inside(at.y, height), TOLERANCE);
  const context = canvas.getContext("2d")!;
  const pixels = context.getImageData(0, 0, width, height);
  const code = Number.parseInt(color.slice(1), 16);
  for (let i = 0; i < found.length; i++) {
    if (found[i]) pixels.data.set([code >> 16, (code >> 8) & 255, code & 255, 255], 4 * i);
  }
  context.putImageData(pixels, 0, 0);
  await keepMask(canvas);
}
