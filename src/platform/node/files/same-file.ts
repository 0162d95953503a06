/** Compares files through links. */
import { stat } from "node:fs/promises";

/** Whether `path` is the same file as one of `others`; false for missing files and `-`. */
export async function leadsToOneOf(path: string, others: readonly string[]): Promise<boolean> {
  const identity = async (name: string) => {
    const info = await stat(name, { bigint: true }).catch(() => undefined);
    return info && `${info.dev} ${info.ino}`;
  };
  const own = await identity(path);
  if (own === undefined) return false;
  return (await Promise.all(others.map(identity))).includes(own);
}
