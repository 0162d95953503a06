/** The prediction of memory: its dependence on the job, and tiles within a limit. */
import { describe, expect, test } from "vitest";
import { UserError } from "../../errors.ts";
import { type Backbone, convolutions } from "../../models/backbone.ts";
import * as models from "../../models/index.ts";
import { parseSettings, type SettingsInput } from "../../settings/settings.ts";
import type { Weights } from "../../weights/weights.ts";
import { reconstruction } from "../inspect/reconstruct.ts";
import { optimizerOf } from "../parts.ts";
import { terms } from "../step/terms.ts";
import { eightBitMemory, eightBitTile, peakMemory, SPARE, tileWithin, type Work } from "./memory.ts";
import { runsAlone } from "./network.ts";

const { pocket, vgg19 } = models;

function work(backbone: Backbone = pocket, optimizer: "adam" | "lbfgs" = "adam"): Work {
  const settings = parseSettings({ optimizer });
  const made = optimizerOf(settings);
  return { extractor: { backbone }, terms: terms(settings), optimizer: made };
}
/** Weights of which every layer has a read-out. */
function distilled(backbone: Backbone): Weights {
  const none = new Float32Array();
  const layers = convolutions(backbone).map(({ name }) => [name, { kernel: none, bias: none, readout: none }]);
  return { layers: Object.fromEntries(layers) };
}
const square = (side: number) => ({ width: side, height: side });

describe("the predicted peak", () => {
  test("grows with pixels, channels and the optimiser's memory; tiles take less", () => {
    expect(peakMemory(work(), square(1024))).toBeGreaterThan(3 * peakMemory(work(), square(512)) - 4e8);
    expect(peakMemory(work(vgg19), square(512))).toBeGreaterThan(2 * peakMemory(work(), square(512)));
    expect(peakMemory(work(pocket, "lbfgs"), square(512))).toBeGreaterThan(peakMemory(work(), square(512)));
    expect(peakMemory(work(), square(4096), 512)).toBeLessThan(peakMemory(work(), square(4096)) / 3);
    expect(peakMemory(work(), square(4096), 256)).toBeLessThan(peakMemory(work(), square(4096), 512));
  });

  /** Work and measured peaks in MB: a few steps of the command line, with `pocket` unless another network is named, by bench/memory.mjs. */
  const measured: [given: SettingsInput, size: [number, number], peak: number, more?: More][] = [
    [{}, [144, 112], 178],
    [{}, [528, 368], 315],
    [{}, [1040, 704], 727],
    [{}, [528, 368], 465, { network: "slim" }],
    [{}, [256, 256], 557, { network: "vgg19" }],
    [{}, [512, 512], 870, { network: "vgg19" }],
    [reconstruction("content", ["conv4_2"]), [528, 368], 315],
    [{ optimizer: "lbfgs" }, [528, 368], 532],
    [{ optimizer: "lbfgs", history: 4 }, [784, 592], 685],
    [{}, [784, 528], 589, { regions: 1 }],
    [{}, [784, 528], 657, { regions: 2 }],
    [{ recipe: "neighbors" }, [272, 208], 308],
    [{ recipe: "neighbors" }, [400, 272], 476],
    [{ recipe: "neighbors" }, [400, 272], 744, { stylePictures: 2 }],
    [{}, [528, 400], 313, { tile: 112 }],
    [{}, [1040, 784], 490, { tile: 240 }],
    [{}, [1040, 784], 554, { tile: 480 }],
    [{}, [2064, 1392], 887, { tile: 480 }],
    [{}, [784, 528], 417, { tile: 240, regions: 1 }],
    [{ precision: "int8" }, [528, 368], 453],
    [{ precision: "int8" }, [1040, 704], 870],
    [{ precision: "int8" }, [528, 368], 687, { network: "slim" }],
    [{ precision: "int8" }, [512, 512], 936, { network: "vgg19" }],
    [{ precision: "int8" }, [784, 528], 829, { regions: 1 }],
    [{ precision: "int8" }, [528, 400], 407, { tile: 112 }],
    [{ precision: "int8" }, [1040, 784], 828, { tile: 480 }],
    [{ precision: "int8" }, [2064, 1392], 1260, { tile: 480 }],
  ];
  interface More {
    readonly network?: "slim" | "vgg19";
    readonly tile?: number;
    readonly regions?: number;
    readonly stylePictures?: number;
  }

  test.each(measured)(
    "%j at %j is within a tenth of the %i MB measured %j",
    (given, [width, height], peak, more = {}) => {
      const settings = parseSettings(given);
      const regions = Array.from({ length: more.regions ?? 0 }, (_, i) => ({ name: `#${i}`, share: 0.5 }));
      const job: Work = {
        extractor: more.network ? { backbone: models[more.network] } : { backbone: pocket, weights: distilled(pocket) },
        terms: terms(settings, regions),
        optimizer: optimizerOf(settings),
        ...(more.stylePictures && { stylePictures: more.stylePictures }),
      };
      const size = { width, height };
      const eight = settings.precision === "int8" ? eightBitMemory(job, size, more.tile) : 0;
      const ratio = (peakMemory(job, size, more.tile) + eight) / (peak * 1e6);
      expect(ratio).toBeGreaterThan(0.9);
      expect(ratio).toBeLessThan(1.1);
    },
  );
});

describe("steps in eight bits", () => {
  const beside = (tile?: number) =>
    SPARE * (peakMemory(work(), square(2048), tile) + eightBitMemory(work(), square(2048), tile));

  test("add less in smaller tiles", () => {
    const [small, large] = [256, 768].map((tile) => eightBitMemory(work(), square(2048), tile)) as [number, number];
    expect(small).toBeLessThan(large);
  });

  test("add less where only one program is loaded at a time: from a certain size on", () => {
    const [both, alone] = [512, 1024].map((side) => eightBitMemory(work(), square(side))) as [number, number];
    expect(runsAlone(work(), square(512))).toBe(false);
    expect(runsAlone(work(), square(1024))).toBe(true);
    expect(alone).toBeLessThan(both);
  });

  test("use the tiles of float32 if those fit, smaller ones if they must, and none if that gains nothing", () => {
    const tileAt = (limit: number) =>
      eightBitTile(work(), square(2048), limit, tileWithin(work(), square(2048), limit));
    expect(tileAt(8e9)).toBe("off");
    expect(eightBitTile(work(), square(2048), beside(1024), 1024)).toBe(1024);
    const less = eightBitTile(work(), square(2048), beside(768), 1024) as number;
    expect(less).toBeLessThan(1024);
    expect(beside(less)).toBeLessThanOrEqual(beside(768));
    expect(eightBitTile(work(), square(2048), beside(128), 1024)).toBeUndefined();
    const must = eightBitTile(work(), square(2048), beside(128), 1024, true) as number;
    expect(beside(must)).toBeLessThanOrEqual(beside(128));
    const least = eightBitTile(work(), square(2048), 1e8, 1024, true) as number;
    for (const tile of [64, 96, 128, 256, 512, 1024]) expect(beside(least)).toBeLessThanOrEqual(beside(tile));
  });
});

describe("a limit", () => {
  test("is kept by the largest possible tiles, or without tiles if that fits", () => {
    expect(tileWithin(work(), square(512), 8e9)).toBe("off");
    for (const limit of [1e9, 1.5e9, 2e9, 2.5e9]) {
      const tile = tileWithin(work(), square(2048), limit) as number;
      expect(peakMemory(work(), square(2048), tile)).toBeLessThanOrEqual(limit);
      expect(tile).toBeLessThan(2048);
    }
    expect(tileWithin(work(), square(2048), 2e9)).toBeGreaterThan(tileWithin(work(), square(2048), 1e9) as number);
  });

  test("that no tiles can keep is refused before the start, with both numbers", () => {
    const attempt = () => tileWithin(work(vgg19), square(8192), 5e8);
    expect(attempt).toThrow(UserError);
    expect(attempt).toThrow(/needs about \d+\.\d GB of memory, and it may take 500 MB\. Use a smaller size/);
  });

  test("holds for a seamless picture for normalised gradients and for neighbors as a whole: there are no tiles of these", () => {
    const seamless = { ...work(), extractor: { backbone: pocket, padding: "circular" as const } };
    expect(() => tileWithin(seamless, square(2048), 1e9)).toThrow(UserError);
    expect(tileWithin(seamless, square(512), 2e9)).toBe("off");
    const near = { ...work(), terms: terms(parseSettings({ styleLoss: "neighbors", styleLayers: { conv3_1: 1 } })) };
    expect(() => tileWithin(near, square(2048), 1e9)).toThrow(UserError);
    // 128 x 128 positions, each with up to 2304.
    const gram = { ...work(), terms: terms(parseSettings({ styleLayers: { conv3_1: 1 } })) };
    const pairs = 128 ** 2 * 2304 * 4;
    expect(peakMemory(near, square(512)) - peakMemory(gram, square(512))).toBeGreaterThan(0.8 * pairs);
    expect(eightBitMemory(near, square(512)) - eightBitMemory(gram, square(512))).toBeGreaterThan(0.8 * pairs);
    expect(peakMemory({ ...near, stylePictures: 2 }, square(512))).toBeGreaterThan(
      peakMemory(near, square(512)) + 0.8 * pairs,
    );
    const unit = { ...work(), terms: terms(parseSettings({ normalizeGradients: true })) };
    expect(() => tileWithin(unit, square(2048), 1e9)).toThrow(UserError);
  });
});
