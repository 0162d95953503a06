/** Transparent paintings: transparent pixels are not part of the style. */
import { UserError } from "../../errors.ts";
import { fillTransparent } from "../../image/alpha.ts";
import { clamp, type Image, type Size } from "../../image/image.ts";
import { resizePlanes } from "../../image/resize.ts";
import type { Regions } from "./regions.ts";

/** The alpha of each painting's pixels, 0 to 1; undefined for an opaque painting. */
export type Opacities = readonly (Float32Array | undefined)[];

/** Checks the alpha of paintings; a `usage` error if they do not fit. */
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

/**
 * The paintings with transparent areas filled by their surroundings, because the network's receptive fields extend into
 * them.
 */
export function filled(styles: readonly Image[], opacities: Opacities): readonly Image[] {
  return styles.map((image, i) => (opacities[i] ? fillTransparent(image, opacities[i]) : image));
}

/** Alpha at another size. */
export function opacityAt(alpha: Float32Array, from: Size, to: Size): Float32Array {
  return clamp(resizePlanes(alpha, from, to, "bilinear"));
}

/** The regions without transparent parts of paintings; a `usage` error if nothing of one is left. */
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
