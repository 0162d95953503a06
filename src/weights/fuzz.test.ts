/**
 * A thousand damaged copies of each kind of file: each is rejected with a `UserError` or gives tensors of the right
 * shapes; nothing else is thrown, and nothing hangs. Seeded; a failure prints the seed. FUZZ_RUNS and FUZZ_SEED change
 * the runs. Run HDF5 a few thousand times per process at most, because its library does not survive its own crashes.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { UserError } from "../errors.ts";
import { readWeights } from "./read.ts";
import { writeSafetensors } from "./safetensors.ts";
import { expectedTiny, fixture, tiny } from "./tiny.case.ts";
import { weightTensors } from "./weights.ts";

const seed = Number(process.env.FUZZ_SEED ?? 20);
const runs = Number(process.env.FUZZ_RUNS ?? 1000);

/** One kind of damage: changed bytes (often to special values), truncation, repetition, removal. */
const damage = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("set"), at: fc.nat(), value: fc.integer({ min: 0, max: 255 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("set"), at: fc.nat(), value: fc.constantFrom(0, 1, 0x7f, 0x80, 0xff) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("flip"), at: fc.nat(), value: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut"), at: fc.nat(), value: fc.constant(0) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("take out"), at: fc.nat(), value: fc.integer({ min: 1, max: 64 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("repeat"), at: fc.nat(), value: fc.integer({ min: 1, max: 64 }) }),
  },
);

/** With `reach` most of the damage hits the metadata, not the numbers. */
function damaged(bytes: Uint8Array, changes: readonly { kind: string; at: number; value: number }[]): Uint8Array {
  let result = bytes.slice();
  for (const { kind, at: anywhere, value } of changes) {
    const at = anywhere % Math.max(1, result.length);
    if (kind === "set") result[at] = value;
    else if (kind === "flip") result[at] = result[at]! ^ (1 << value);
    else if (kind === "cut") result = result.slice(0, at);
    else {
      const piece = result.slice(at, at + value);
      result = new Uint8Array([
        ...result.slice(0, at),
        ...(kind === "repeat" ? [...piece, ...piece] : []),
        ...result.slice(at + value),
      ]);
    }
  }
  return result;
}

const names = [
  "tiny-ours.safetensors",
  "tiny.pth",
  "tiny-legacy.pth",
  "tiny-strided.pth",
  "tiny-keras-2017.h5",
  "tiny-keras.h5",
  "the cache's own file",
];

const fixtures = new Map([
  ["the cache's own file", writeSafetensors(expectedTiny("ours"), { metadata: { format: "pastiche", digest: "00" } })],
]);

test.each(names)("damaged copies of %s", { timeout: 120_000 }, async (name) => {
  const bytes = fixtures.get(name) ?? fixture(name);
  const shapes = [...expectedTiny(name)].map(([key, { shape }]) => [key, shape]);
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (changes) => {
      try {
        const weights = weightTensors(await readWeights(damaged(bytes, changes), tiny, name));
        expect([...weights].map(([key, { shape }]) => [key, shape])).toEqual(shapes);
        for (const { shape, data } of weights.values()) expect(data.length).toBe(shape.reduce((a, b) => a * b, 1));
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        expect(error.code).toBe("model");
        refused++;
      }
    }),
    { seed, numRuns: runs },
  );
  expect(refused).toBeGreaterThan(runs / 20);
  // The reader survives: the intact file still reads.
  expect(weightTensors(await readWeights(bytes, tiny)).size).toBe(shapes.length);
});
