/** Files in memory and a stylizer that paints nothing, for tests of what is around a job. */
import { createHash } from "node:crypto";
import { UserError } from "../errors.ts";
import { blank, type Image } from "../image/image.ts";
import type { Picture } from "../platform/pictures.ts";
import type { StepEvent } from "../transfer/events.ts";
import type { CheckpointStore, JobFiles } from "./files.ts";
import { slashPaths } from "./paths.ts";
import type { JobStylizer } from "./run.ts";

type Memory = Map<string, Uint8Array>;

/** Files in `memory`; a picture is its own name, of 8x6 pixels, and what is encoded is JSON. */
export function memoryFiles(memory: Memory): JobFiles {
  const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  const checkFree = (path: string, force = false) => {
    if (memory.has(path) && !force) throw new UserError("file", `${path} exists already.`);
  };
  const slots = new Map<string, { checkpoint: never; notes: unknown }>();
  const checkpoints = (output: string): CheckpointStore => {
    const path = output.endsWith(".ckpt") ? output : `${output}.ckpt`;
    return {
      path,
      exists: async () => slots.has(path),
      async write(checkpoint, notes) {
        slots.set(path, { checkpoint: checkpoint as never, notes: JSON.parse(JSON.stringify(notes)) });
      },
      settle: async () => {},
      async remove() {
        slots.delete(path);
      },
    };
  };
  const read = (path: string) => {
    const bytes = memory.get(path);
    if (!bytes) throw new UserError("picture", `${path}: there is no such file.`);
    return bytes;
  };
  return {
    paths: slashPaths,
    async readPicture(path): Promise<Picture> {
      const size = { width: 8, height: 6 };
      const about = { format: "png", depth: 8, orientation: 1, digest: sha256(read(path)) } as const;
      return { image: blank(size), size, stored: size, ...about };
    },
    encodePicture: async (format, { image: { width, height } }, options) =>
      new TextEncoder().encode(JSON.stringify({ format, width, height, ...options })),
    readBytes: async (path) => read(path),
    find: async (path) => memory.get(path),
    exists: async (path) => memory.has(path),
    sha256,
    checkWritable: async (path, options) => checkFree(path, options?.force),
    async write(path, bytes, options) {
      checkFree(path, options?.force);
      memory.set(path, bytes);
    },
    async writeBeside(path, bytes) {
      const free = memory.has(path) ? path.replace(/(\.\w+)$/, "-2$1") : path;
      memory.set(free, bytes);
      return free;
    },
    removeTemporaries: async () => {},
    isOneOf: async (path, others) => others.includes(path),
    makeFolder: async () => {},
    lock: async () => ({ release: async () => {} }),
    checkpoints,
    async readCheckpoint(path) {
      const store = checkpoints(path);
      const found = slots.get(store.path);
      if (!found) throw new UserError("file", `${path}: there is no such checkpoint.`);
      return { ...found, digest: "d", slots: store, problem: undefined };
    },
  };
}

interface FakeOptions {
  /** Called after every step. */
  readonly onStep?: (event: StepEvent) => void;
  readonly steps?: number;
}

/** A stylizer whose jobs have one level and take no time; `jobs` are those that it was given. */
export function fakeStylizer({ onStep, steps = 4 }: FakeOptions = {}): JobStylizer & {
  readonly jobs: Parameters<JobStylizer["stylize"]>[0][];
  dispose(): Promise<void>;
} {
  const jobs: Parameters<JobStylizer["stylize"]>[0][] = [];
  const image: Image = blank({ width: 8, height: 6 });
  return {
    jobs,
    dispose: async () => {},
    async *stylize(job, { signal, wantsImage, wantsCheckpoint }) {
      jobs.push(job);
      const done = job.resume?.step ?? 0;
      const levels = [{ width: 8, height: 6, steps }];
      yield {
        type: "start",
        ...{ model: "pocket", weights: "0123456789abcdef", runtime: "fake", precision: "fp32", tile: "off" },
        ...{ levels, steps, work: [{ tiles: 1, pixels: 48 }], peak: 1e6 },
        ...(job.resume && { resumed: done }),
      } as never;
      const checkpoint = (step: number) => ({ step, steps, level: 0, size: levels[0]!, settings: job.settings });
      for (let step = done + 1; step <= steps; step++) {
        if (signal?.aborted) {
          yield { type: "image", step: step - 1, level: 0, image };
          if (wantsCheckpoint)
            yield { type: "checkpoint", step: step - 1, level: 0, checkpoint: checkpoint(step - 1) as never };
          throw signal.reason;
        }
        const event: StepEvent = {
          ...{ type: "step", step, steps, level: 0, loss: 1 / step },
          ...{ terms: { content: 1 / step }, progress: step / steps },
        } as const;
        yield event;
        if (wantsImage?.(event)) yield { type: "image", step, level: 0, image };
        if (wantsCheckpoint?.(event))
          yield { type: "checkpoint", step, level: 0, checkpoint: checkpoint(step) as never };
        onStep?.(event);
      }
      yield { type: "done", step: steps, image } as never;
    },
  };
}
