/** A picture of a job on a canvas, which is drawn anew whenever the picture is another. */
import { type ReadonlySignal, useSignalEffect } from "@preact/signals";
import { toImageData } from "pastiche/web";
import { useRef } from "preact/hooks";
import type { Shown } from "../../run/state.ts";

interface PictureCanvasProps {
  readonly picture: ReadonlySignal<Shown | undefined>;
  readonly label: string;
  /** How much is cut off from the left, in percent. */
  readonly cut?: number;
}

export function PictureCanvas({ picture, label, cut = 0 }: PictureCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => {
    if (!picture.value || !canvas.current) return;
    const { image } = picture.value;
    Object.assign(canvas.current, { width: image.width, height: image.height });
    canvas.current.getContext("2d")!.putImageData(toImageData({ image }), 0, 0);
  });
  const clipPath = `inset(0 0 0 ${cut}%)`;
  return <canvas ref={canvas} class="layer" role="img" aria-label={label} style={{ clipPath }} />;
}
