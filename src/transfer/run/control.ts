/** The controls of a running job: set by the caller, read by the loop between two steps. */
import { UserError } from "../../errors.ts";
import { isRecord } from "../../records.ts";
import type { Settings } from "../../settings/settings.ts";
import type { AdjustablePictures } from "../job.ts";
import type { OwnParts } from "../parts.ts";
import { type Adjustments, adjustedSettings, asInputs } from "./adjust.ts";
import { type Controls, withResolvers } from "./run.ts";

/** A job that is ready to run with its settings. */
export interface Planned<Plan> {
  readonly settings: Settings;
  readonly parts: OwnParts;
  /** The same job with other settings or pictures. Rejects with a `UserError` where there is no such job. */
  replan(settings: Settings, pictures: AdjustablePictures): Promise<Plan>;
}

/** What changed between two steps. */
export interface Changed<Plan> {
  readonly settings: Settings;
  readonly changes: Adjustments;
  /** The new plan, if the change needs more than other inputs. */
  readonly plan?: Plan | undefined;
}

/** What the loop reads. */
export interface Control<Plan> extends Controls {
  readonly isPaused: boolean;
  readonly isStopped: boolean;
  /** Resolves when the job is no longer paused: resumed, stopped, or aborted by `signal`. */
  resumed(signal: AbortSignal | undefined): Promise<void>;
  /** Sets the job that begins: from here on changes can be checked. */
  begin(plan: Plan): void;
  /** Ends the job: no changes are accepted any more. */
  end(): void;
  /** Changes accepted since the last call; undefined if there were none. */
  changed(): Changed<Plan> | undefined;
}

/** A request of `adjust`, and how to answer it. */
interface Request {
  readonly changes: Adjustments;
  readonly pictures: AdjustablePictures;
  resolve(): void;
  reject(error: unknown): void;
}

/** Controls of a job that has not begun; changes wait until it does. */
export function control<Plan extends Planned<Plan>>(): Control<Plan> {
  let gate: ReturnType<typeof withResolvers<void>> | undefined;
  let isStopped = false;
  const { adjust, begin, end, changed } = adjuster<Plan>();
  const open = () => {
    gate?.resolve();
    gate = undefined;
  };
  return {
    get isPaused() {
      return gate !== undefined;
    },
    get isStopped() {
      return isStopped;
    },
    pause() {
      if (!isStopped) gate ??= withResolvers();
    },
    resume: open,
    stop() {
      isStopped = true;
      open();
    },
    async resumed(signal) {
      if (!gate || signal?.aborted) return;
      signal?.addEventListener("abort", open, { once: true });
      await gate.promise.finally(() => signal?.removeEventListener("abort", open));
    },
    ...{ adjust, begin, end, changed },
  };
}

/** Checks requested changes, one after the other, and gives the loop those that were accepted. */
function adjuster<Plan extends Planned<Plan>>(): Pick<Control<Plan>, "adjust" | "begin" | "end" | "changed"> {
  let isOver = false;
  /** As of the last change that was accepted. */
  let plan: Plan | undefined;
  let settings: Settings | undefined;
  /** Since the last call of `changed`. */
  let accepted: { changes: Adjustments; plan?: Plan | undefined } | undefined;
  const begun = withResolvers<void>();
  const requests: Request[] = [];
  let working = false;

  async function accept({ changes, pictures }: Pick<Request, "changes" | "pictures">): Promise<void> {
    if (isOver) throw new UserError("usage", "adjust: the job is over.");
    const wanted = adjustedSettings(settings!, changes, plan!.parts);
    const plain = Object.keys(pictures).length === 0 ? asInputs(settings!, wanted) : undefined;
    if (!plain) plan = await plan!.replan(wanted, pictures);
    settings = plain ?? plan!.settings;
    accepted = { changes: { ...accepted?.changes, ...changes }, plan: plain ? accepted?.plan : plan };
  }

  async function work(): Promise<void> {
    if (working) return;
    working = true;
    await begun.promise;
    while (requests.length > 0) {
      const batch = requests.splice(0);
      const together = merged(batch);
      const isAccepted = together && (await succeeds(accept(together)));
      for (const request of batch) {
        if (isAccepted) request.resolve();
        else await accept(request).then(request.resolve, request.reject);
      }
    }
    working = false;
  }

  return {
    adjust(changes, pictures = {}) {
      const { promise, resolve, reject } = withResolvers<void>();
      requests.push({ changes, pictures, resolve, reject });
      void work();
      return promise;
    },
    begin(given) {
      plan = given;
      settings = given.settings;
      begun.resolve();
    },
    end() {
      isOver = true;
      begun.resolve();
    },
    changed() {
      const found = accepted && { settings: settings!, ...accepted };
      accepted = undefined;
      return found;
    },
  };
}

/** The changes of several requests as one, since a slider makes them faster than targets are described. */
function merged(batch: readonly Request[]): Pick<Request, "changes" | "pictures"> | undefined {
  const isPlain = ({ changes }: Request) => isRecord(changes) && Object.getPrototypeOf(changes) === Object.prototype;
  if (batch.length < 2 || !batch.every(isPlain)) return undefined;
  const all = (part: "changes" | "pictures") => Object.assign({}, ...batch.map((request) => request[part]));
  return { changes: all("changes"), pictures: all("pictures") };
}

function succeeds(promise: Promise<void>): Promise<boolean> {
  return promise.then(
    () => true,
    () => false,
  );
}
