/** Whether two names lead to one file, through whatever links. Refuses to know what is in it. */
import { stat } from "node:fs/promises";

/** Does `path` lead to one of the files at `others`? Of what is not there (or `-`), no. */
export async function leadsToOneOf(path: string, others: readonly string[]): Promise<boolean> {
  const identity = async (name: string) => {
    const info = await stat(name, { bigint: true }).catch(() => undefined);
    return info && `${info.dev} ${info.ino}`;
  };
  const own = await identity(path);
  if (own === undefined) return false;
  return (await Promise.all(others.map(identity))).includes(own);
}
