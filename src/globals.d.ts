/** What every platform has and the core may use; nothing else of the DOM or of Node can be named there. */

interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
}

declare const performance: { now(): number };
