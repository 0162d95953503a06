/** The strengths as knobs: what each is called, and what its two ends look like. */
import type { Settings } from "pastiche/web";

export interface Knob {
  readonly name: keyof Settings & string;
  readonly label: string;
  readonly low: string;
  readonly high: string;
}

export const strengths: readonly Knob[] = [
  { name: "alpha", label: "Photo", low: "free", high: "faithful" },
  { name: "beta", label: "Painting", low: "a touch", high: "all of it" },
  { name: "tv", label: "Smoothness", low: "crisp", high: "soft" },
  { name: "roughness", label: "Roughness", low: "even", high: "gritty" },
  { name: "laplacian", label: "Outlines", low: "dissolved", high: "held" },
];
