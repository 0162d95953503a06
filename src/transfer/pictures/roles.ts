/** The roles of a job's pictures, with any value for each: a path, a digest, pixels. */

/** A value for every picture of a job. */
export interface Roles<Of> {
  /** The photo; a texture has none. */
  readonly content?: Of | undefined;
  /** One painting, or several. */
  readonly style: readonly Of[];
  /** The picture that it starts from, if there is one. */
  readonly start?: Of | undefined;
  /** The photo's regions. */
  readonly mask?: Of | undefined;
  /** The regions of every painting. */
  readonly styleMask?: readonly Of[] | undefined;
}

export type Role = keyof Roles<unknown>;

/** Every role, and its name in messages. */
export const roleNames: Readonly<Record<Role, string>> = {
  content: "photo",
  style: "painting",
  start: "starting picture",
  mask: "mask",
  styleMask: "mask of a painting",
};

/** Maps every value by `each`; `index` counts those of one role. */
export function mapRoles<A, B>(all: Roles<A>, each: (one: A, role: Role, index: number) => B): Roles<B> {
  const entries = present(all).map(([role, one]) => [
    role,
    isList(one) ? one.map((part, i) => each(part, role, i)) : each(one, role, 0),
  ]);
  return Object.fromEntries(entries);
}

/** The same, one after the other. */
export async function mapRolesInTurn<A, B>(
  all: Roles<A>,
  each: (one: A, role: Role, index: number) => Promise<B>,
): Promise<Roles<B>> {
  const entries: [Role, B | B[]][] = [];
  for (const [role, one] of present(all)) {
    if (!isList(one)) {
      entries.push([role, await each(one, role, 0)]);
      continue;
    }
    const list: B[] = [];
    for (const [i, part] of one.entries()) list.push(await each(part, role, i));
    entries.push([role, list]);
  }
  return Object.fromEntries(entries) as unknown as Roles<B>;
}

/** The pictures of a job as one list. */
export function listRoles<A>(all: Roles<A>): A[] {
  return present(all).flatMap(([, one]) => one);
}

/** The value in `all` for this role and index. */
export function roleAt<A>(all: Roles<A>, role: Role, index: number): A | undefined {
  const one = all[role];
  return isList(one) ? one[index] : one;
}

function present<A>(all: Roles<A>): (readonly [Role, A | readonly A[]])[] {
  return (Object.keys(roleNames) as Role[]).flatMap((role) => {
    const one = all[role];
    return one === undefined ? [] : [[role, one] as const];
  });
}

function isList<A>(one: A | readonly A[] | undefined): one is readonly A[] {
  return Array.isArray(one);
}
