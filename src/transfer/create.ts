/** Opens stylizers for every entry point: one for many jobs, or one for a single job. */

import type { AnyJob } from "./job.ts";
import { checkOptions, jobOptions, type Kind, stylizerOptions } from "./options.ts";
import { runLater } from "./run/run.ts";
import type { StylizeOptions } from "./stylize.ts";
import { type Stylize, type Stylizer, type StylizerOptions, stylizerOn } from "./stylizer.ts";

/**
 * A stylizer on a runtime, with a way to load networks: both are the caller's. `pastiche/node` and `pastiche/web` bring
 * theirs.
 *
 * @example
 * ```ts
 * const stylizer = await createStylizer({ runtime, loadNetwork });
 * for (const style of paintings) show(await stylizer.stylize({ content, style }));
 * await stylizer.dispose();
 * ```
 */
export async function createStylizer<Source = never>(options: StylizerOptions<Source>): Promise<Stylizer<Source>> {
  checkOptions(options, stylizerOptions);
  return stylizerOn(options);
}

/** A `stylize` that opens a stylizer for one job, with options for both, and frees it afterwards. */
export function oneShot<Source, Machine extends object>(
  create: (machine: Machine) => Promise<Stylizer<Source>>,
  kinds: Readonly<Record<string, Kind>>,
): Stylize<Source, StylizeOptions & Machine> {
  return (job: AnyJob<Source>, options?: StylizeOptions & Machine) => {
    // The run outlives the job: it must not hold the job's pictures.
    let held: AnyJob<Source> | undefined = job;
    return runLater(async () => {
      checkOptions(options ?? {}, { ...jobOptions, ...kinds });
      const [ofJob, ofMachine] = parted(options ?? {}, jobOptions);
      const stylizer = await create(ofMachine as Machine);
      const taken = held!;
      held = undefined;
      return { run: stylizer.stylize(taken, ofJob), end: stylizer.dispose };
    });
  };
}

/** The entries of a record whose names are `known`, and the others. */
function parted(record: object, known: object): [object, object] {
  const entries = Object.entries(record);
  const some = (is: boolean) => Object.fromEntries(entries.filter(([name]) => Object.hasOwn(known, name) === is));
  return [some(true), some(false)];
}

/** Repaints a picture on a runtime, with a way to load networks. Await it for the result, or iterate it for the events. */
export const stylize = oneShot(createStylizer<never>, stylizerOptions);
