/** Which of the kept sessions is this tab's: each is held by one tab at a time, with a lock that ends with the tab. */

export interface Claim {
  /** The number of the session; undefined where other tabs hold all that there are. */
  readonly session: number | undefined;
  /** Other tabs have sessions. */
  readonly others: boolean;
  /** It begins with nothing: what was kept of it is another tab's, or too old. */
  readonly isNew: boolean;
}

const LOCK = "pastiche-session-";
/** Where a tab remembers its session for when it is loaded again. */
const REMEMBERED = "pastiche-session";
/** A page that is loaded again waits for its own lock, in milliseconds: the page before it may still have it. */
const PATIENCE = 1000;

/** Claims one of the sessions for as long as the page is open. `uses` tells when each was used last, 0 for never. */
export async function claimSession(uses: readonly number[]): Promise<Claim> {
  // Where a page has no locks (its address is not secure), the tabs share one.
  if (!navigator.locks) return { session: 0, others: false, isNew: false };
  const before = remembered();
  if (before !== undefined && (await hold(before, { signal: AbortSignal.timeout(PATIENCE) })))
    return { session: before, others: (await heldSessions()) > 1, isNew: false };
  const others = (await heldSessions()) > 0;
  const oldestFirst = [...uses.keys()].sort((a, b) => uses[a]! - uses[b]!);
  // One's own takes the place of what was used longest ago.
  for (const session of others ? oldestFirst : oldestFirst.reverse()) {
    if (!(await hold(session, { ifAvailable: true }))) continue;
    remember(session);
    return { session, others, isNew: others };
  }
  return { session: undefined, others: true, isNew: true };
}

async function heldSessions(): Promise<number> {
  const { held = [] } = await navigator.locks.query();
  return held.filter(({ name }) => name?.startsWith(LOCK)).length;
}

/** Whether the lock was got; it is held until the page is closed. */
function hold(session: number, options: LockOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const holding = navigator.locks.request(`${LOCK}${session}`, options, (lock) => {
      resolve(lock !== null);
      return lock && new Promise<never>(() => {});
    });
    holding.catch(() => resolve(false));
  });
}

function remembered(): number | undefined {
  try {
    const session = sessionStorage.getItem(REMEMBERED);
    return session === null ? undefined : Number(session);
  } catch {
    return undefined;
  }
}

function remember(session: number): void {
  try {
    sessionStorage.setItem(REMEMBERED, String(session));
  } catch {
    // A page that may store nothing has no session to find again.
  }
}
