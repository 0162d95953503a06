/** Recognises errors about exhausted memory, files or threads, and says what to do. */
import { UserError } from "../../../errors.ts";

const MEMORY = "there is too little memory for it; close some programs or raise the limit (ulimit -v)";
const FILES = "too many files are open; close some or raise the limit (ulimit -n 1024)";
const THREADS = "no more threads can be started; close some programs or raise the limits (ulimit -u, ulimit -v)";

/** Recognised by the error's code, or else by its message, which is all that the library loader gives. */
const signs: readonly { readonly sign: RegExp; readonly words: string }[] = [
  { sign: /EMFILE|too many open files/i, words: FILES },
  { sign: /ENFILE/, words: "the whole system has too many files open; close some programs" },
  { sign: /ENOMEM|map segment|allocate memory|allocation failed|out of memory/i, words: MEMORY },
  { sign: /EAGAIN|creating thread/i, words: THREADS },
];

/** A `resources` error if `cause` is such an error; `subject` begins the sentence. */
export function shortage(cause: unknown, subject: string): UserError | undefined {
  if (cause instanceof UserError) return undefined;
  const { code, message } = (cause ?? {}) as { code?: unknown; message?: unknown };
  const words = signs.find(({ sign }) => sign.test(`${String(code)} ${String(message)}`))?.words;
  return words === undefined ? undefined : new UserError("resources", `${subject}: ${words}.`, { cause });
}
