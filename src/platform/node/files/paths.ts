/** Paths in messages. */
import { cleaned } from "../../../errors.ts";

/** `path` on one line, without control characters. */
export const inMessage = cleaned;
