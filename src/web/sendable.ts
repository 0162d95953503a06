/** What a page sends to a worker: plain data, with addresses that mean the same there. */
import { choice, UserError } from "../errors.ts";
import { mapValues } from "../records.ts";
import type { WorkerMachineOptions } from "./protocol.ts";
import type { WebJob } from "./stylizer.ts";

/** The options of a machine, their addresses made absolute. */
export function sendableOptions({ weights, wasmPaths, ...others }: WorkerMachineOptions): WorkerMachineOptions {
  return {
    ...others,
    ...(weights && { weights: mapValues(weights, absolute) }),
    ...(wasmPaths !== undefined && { wasmPaths: absolute(wasmPaths) }),
  };
}

/** The job, or pictures of it, their addresses made absolute. */
export function sendableJob<Given extends Partial<WebJob>>(job: Given): Given {
  const one = <T>(given: T): T => (Array.isArray(given) ? given.map(absolute) : absolute(given)) as T;
  const { content, style, start, mask, styleMask, resume, from } = job;
  const model = job.model && { ...job.model, weights: absolute(job.model.weights) };
  const given = { content, style, start, mask, styleMask, resume, from, model };
  const present = Object.entries(given).filter(([, picture]) => picture !== undefined);
  return { ...job, ...Object.fromEntries(present.map(([name, picture]) => [name, one(picture)])) };
}

/** An address as an absolute one, because a worker's script has an address of its own; anything else as it is. */
function absolute<T>(source: T): T {
  if (typeof source !== "string" && !(source instanceof URL)) return source;
  return new URL(source, globalThis.document?.baseURI ?? location.href).href as T;
}

/**
 * The `usage` error for records that could not be sent, because of `cause`: names what in them cannot be cloned.
 * `subject` is what they are together.
 */
export function unsendable(subject: string, records: readonly object[], cause: unknown): UserError {
  const names = records.flatMap((record) => Object.entries(record).filter(([, value]) => !isCloneable(value)));
  const what = names.length > 0 ? choice(names.map(([name]) => name)) : subject;
  const why = `it cannot be sent to a worker (${(cause as Error).message})`;
  return new UserError(
    "usage",
    `${what}: ${why}; give plain data: text, numbers, bytes, Blobs, and objects of these.`,
    {
      cause,
    },
  );
}

function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/** The `usage` error for a part of a job, or an option, that has functions. */
export function onPageOnly(part: string): UserError {
  const why = "what has functions cannot go to a worker";
  return new UserError("usage", `${part}: ${why}; run the job with createStylizer or stylize of pastiche/web.`);
}
