/** The browser for tests: which one, and how it is started without a display and a GPU. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Chromium's path: `PASTICHE_CHROMIUM` if set, else the usual locations; undefined if there is none. */
export const path = [process.env.PASTICHE_CHROMIUM ?? PLACES].flat().find((place) => existsSync(place));

/** WebGPU on SwiftShader, a software GPU, and no access to other servers. */
export const ARGS = [
  "--headless=new",
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Chromium with these arguments. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: path!, args: ARGS, timeout: 120_000 });
}
