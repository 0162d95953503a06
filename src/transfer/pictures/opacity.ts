/** How much of a painting is to be seen at each pixel: what is transparent is no part of its style. Pixels only. */
import { UserError } from "../../errors.ts";
import { fillTransparent } from "../../image/alpha.ts";
import { clamp, type Image, type Size } from "../../image/image.ts";
import { resizePlanes } from "../../image/resize.ts";
import type { Regions } from "./regions.ts";

/** Of every painting how opaque each pixel is, 0 to 1; undefined for one that is so everywhere. */
export type Opacities = readonly (Float32Array | undefined)[];

/** The opacities of paintings as they are given. Such that do not fit are a `usage` error. */
export function opacitiesOf(styles: readonly Image[], given: Opacities | undefined): Opacities {
  if (given && given.length !== styles.length)
    throw refused(`expected one for each painting, ${styles.length}, got ${given.length}`);
  return styles.map(({ width, height }, i) => {
    const alpha = given?.[i];
    if (!alpha || alpha.every((x) => x === 1)) return undefined;
    if (alpha.length !== width * height)
      throw refused(
        `expected ${width * height} values for painting ${i + 1}, as many as it has pixels, got ${alpha.length}`,
      );
    if (!alpha.every((x) => x >= 0 && x <= 1)) throw refused(`expected values from 0 to 1 for painting ${i + 1}`);
    if (alpha.every((x) => x === 0))
      throw refused(`painting ${i + 1} is wholly transparent: there is nothing to see in it`);
    return alpha;
  });
}

/** The paintings, with the colours around it where nothing is to be seen: a network looks at more than one pixel at once. */
export function filled(styles: readonly Image[], opacities: Opacities): readonly Image[] {
  return styles.map((image, i) => (opacities[i] ? fillTransparent(image, opacities[i]) : image));
}

/** An opacity at another size. */
export function opacityAt(alpha: Float32Array, from: Size, to: Size): Float32Array {
  return clamp(resizePlanes(alpha, from, to, "bilinear"));
}

/** The regions, with nothing from where a painting is transparent; a `usage` error where nothing is left of one. */
export function visibleRegions(regions: Regions, styles: readonly Size[], opacities: Opacities): Regions {
  const seen = regions.styles.map(({ size, planes }, i) => {
    const alpha = opacities[i];
    if (!alpha) return { size, planes };
    const { width, height } = styles[i]!;
    const cut = planes.map((plane, region) => {
      if (!plane) return undefined;
      const whole = clamp(resizePlanes(plane, size, { width, height }, "bilinear"));
      const visible = whole.map((x, k) => x * alpha[k]!);
      if (visible.some((x) => x > 0)) return visible;
      const why = `is wholly transparent where the region ${regions.all[region]!.name} is painted like it`;
      throw new UserError("usage", `Painting ${i + 1} ${why}; give it another mask (styleMask), or none.`);
    });
    return { size: { width, height }, planes: cut };
  });
  return { ...regions, styles: seen };
}

function refused(why: string): UserError {
  return new UserError("usage", `styleAlpha: ${why}.`);
}
