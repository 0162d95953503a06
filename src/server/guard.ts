/**
 * Accepts only requests from pages of the studio's own server, on this machine.
 *
 * Any page in any tab can send requests to 127.0.0.1, and a name can be pointed there ("DNS rebinding"): so the Host must
 * be one of ours, and what changes something must come from a page of ours, which browsers say in `Sec-Fetch-Site` and
 * `Origin`.
 */
import type { HonoRequest, MiddlewareHandler } from "hono";

export interface GuardOptions {
  /** The names by which the server may be called, as in `127.0.0.1:4600`. */
  readonly hosts: ReadonlySet<string>;
}

/** What every answer carries. */
const headers: Readonly<Record<string, string>> = {
  // Nothing from elsewhere; WebAssembly may be compiled, and threads are workers.
  "Content-Security-Policy": [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self' blob:",
    "img-src 'self' blob: data:",
    "connect-src 'self' blob: data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  // Cross-origin isolated: WebAssembly gets threads.
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

const reading = new Set(["GET", "HEAD"]);

/** Refuses foreign requests with 403 and puts the headers on all answers. */
export function guard({ hosts }: GuardOptions): MiddlewareHandler {
  return async (context, next) => {
    const { req } = context;
    const host = req.header("host")?.toLowerCase();
    const allowed = host !== undefined && hosts.has(host) && (reading.has(req.method) || isOwn(req, host));
    if (allowed) await next();
    else context.res = new Response("This studio answers its own page only.\n", { status: 403 });
    for (const [name, value] of Object.entries(headers)) context.res.headers.set(name, value);
  };
}

/** Whether a request that may change something comes from a page of this very server. */
function isOwn(request: HonoRequest, host: string): boolean {
  const site = request.header("sec-fetch-site");
  if (site !== undefined && site !== "same-origin") return false;
  return request.header("origin")?.toLowerCase() === `http://${host}`;
}
