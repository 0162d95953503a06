/** `pastiche studio`: the page where a photo becomes a painting, served to the browser on this machine. */
import type { Command } from "commander";
import { UserError } from "../../errors.ts";
import { wholeNumber } from "../options/values.ts";
import type { Context } from "../terminal/context.ts";

interface StudioFlags {
  readonly port?: string;
  readonly host: string;
  readonly allowedHost?: readonly string[];
  readonly open: boolean;
}

/** Tried first: a bookmark stays right. */
const PORT = 4600;

export function define(command: Command, context: Context): Command {
  return command
    .option("--port <number>", `where it is served [${PORT}, or a free one]`)
    .option("--host <address>", "the address it listens at", "127.0.0.1")
    .option("--allowed-host <name...>", "names besides localhost by which it may be called")
    .option("--no-open", "do not open the browser")
    .action((flags: StudioFlags) => serve(flags, context));
}

async function serve({ port, host, allowedHost, open }: StudioFlags, context: Context): Promise<void> {
  const { serveStudio } = await import("../../server/serve.ts");
  const options = { host, allowedHosts: allowedHost };
  const chosen = port === undefined ? undefined : wholeNumber("--port", port, 0, 65_535);
  const served =
    chosen === undefined
      ? await serveStudio({ ...options, port: PORT }).catch((error) => {
          if (error instanceof UserError) return serveStudio({ ...options, port: 0 });
          throw error;
        })
      : await serveStudio({ ...options, port: chosen });
  context.stdout.write(`${served.url}\n`);
  const where = open ? "is open in your browser" : "is at this address";
  context.stderr.write(`The studio ${where} until you press Ctrl-C here.\n`);
  if (open) await openBrowser(served.url);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  await served.close();
}

/** Where there is no browser, the address was printed. */
async function openBrowser(url: string): Promise<void> {
  const { default: open } = await import("open");
  const started = await open(url).catch(() => undefined);
  started?.on("error", () => {});
}
