/** The studio's server on a port of this machine. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { UserError } from "../errors.ts";
import { api } from "./api.ts";
import { files } from "./files.ts";
import { guard } from "./guard.ts";
import { createJobs } from "./jobs.ts";
import { networks } from "./networks.ts";
import { createToken, needToken, startAddress, takeToken } from "./token.ts";

export interface ServeOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** Where it listens; by default this machine alone can reach it. */
  readonly host?: string | undefined;
  /** Names besides the usual ones by which it may be called. */
  readonly allowedHosts?: readonly string[] | undefined;
}

export interface Served {
  /** To be opened in a browser on this machine; whoever has it may let this computer paint. */
  readonly url: string;
  close(): Promise<void>;
}

/** The studio, until `close`. A `usage` error where it cannot listen there. */
export async function serveStudio({ port, host = "127.0.0.1", allowedHosts = [] }: ServeOptions): Promise<Served> {
  const hosts = new Set<string>();
  const token = createToken();
  const jobs = createJobs();
  const app = new Hono().use(guard({ hosts }));
  const server = createServer(getRequestListener(app.fetch));
  server.headersTimeout = 10_000;
  server.requestTimeout = 60_000;
  const bound = await listening(server, port, host);
  const cookie = `pastiche-${bound}`;
  app.use("/", takeToken(token, cookie)).use("/api/*", needToken(token, cookie));
  app.route("/api/networks", networks()).route("/api", api(jobs)).route("/", files());
  for (const name of ["127.0.0.1", "localhost", "[::1]", ...allowedHosts]) hosts.add(`${name}:${bound}`.toLowerCase());
  return {
    url: startAddress(`http://127.0.0.1:${bound}/`, token),
    async close() {
      jobs.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function listening(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why = cause.code === "EADDRINUSE" ? "another program has that port" : cause.message;
      reject(new UserError("usage", `The studio cannot listen at ${host}:${port}: ${why}; choose another --port.`));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
