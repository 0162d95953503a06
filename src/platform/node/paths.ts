/** Paths as they may stand in messages. Refuses to know what lies behind them. */
import { cleaned } from "../../errors.ts";

/** `path` on one line, steering nothing. */
export const inMessage = cleaned;
