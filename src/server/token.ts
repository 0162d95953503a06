/**
 * Who has the start address: its token becomes a cookie that no other page sends and no script reads, and leaves the
 * address at once, so that neither a log nor a bookmark has it.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";

const PARAMETER = "token";

export function createToken(): string {
  return randomBytes(32).toString("base64url");
}

/** The page's address with the token; to be opened once. */
export function startAddress(url: string, token: string): string {
  return `${url}?${PARAMETER}=${token}`;
}

/** Takes the token out of a page's address and into a cookie; `cookie` names the server, as cookies do not know ports. */
export function takeToken(token: string, cookie: string): MiddlewareHandler {
  return async (context, next) => {
    const given = context.req.query(PARAMETER);
    if (given === undefined) return next();
    if (same(given, token)) setCookie(context, cookie, token, { httpOnly: true, sameSite: "Strict", path: "/" });
    return context.redirect(context.req.path, 303);
  };
}

/** Lets pass who has the cookie. */
export function needToken(token: string, cookie: string): MiddlewareHandler {
  return async (context, next) => {
    if (same(getCookie(context, cookie) ?? "", token)) return next();
    return context.json({ message: "Open the studio by the address that `pastiche studio` printed." }, 401);
  };
}

/** Compared in constant time. */
function same(given: string, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
