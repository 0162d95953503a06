/** What a machine can run out of, and what to do then, whatever was being done. */
import { UserError } from "../../errors.ts";

const MEMORY = "there is too little memory for it; close some programs or raise the limit (ulimit -v)";
const FILES = "too many files are open; close some or raise the limit (ulimit -n 1024)";

/** By an error's code, or else by its words: the loader of libraries has only these. */
const signs: readonly { readonly sign: RegExp; readonly words: string }[] = [
  { sign: /EMFILE|too many open files/i, words: FILES },
  { sign: /ENFILE/, words: "the whole system has too many files open; close some programs" },
  { sign: /ENOMEM|map segment|allocate memory|allocation failed|out of memory/i, words: MEMORY },
  { sign: /EAGAIN/, words: "too many processes or threads run; close some programs or raise the limit (ulimit -u)" },
];

/** A `resources` error if that is what `cause` tells of; `subject` is what was being done, as a beginning of a sentence. */
export function shortage(cause: unknown, subject: string): UserError | undefined {
  if (cause instanceof UserError) return undefined;
  const { code, message } = (cause ?? {}) as { code?: unknown; message?: unknown };
  const words = signs.find(({ sign }) => sign.test(`${String(code)} ${String(message)}`))?.words;
  return words === undefined ? undefined : new UserError("resources", `${subject}: ${words}.`, { cause });
}
