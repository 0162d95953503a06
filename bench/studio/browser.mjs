/** The studio of this computer in Chromium, and what the measurements do with its page. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** As the studio's own choice names them. */
export const ENGINES = ["This computer", "Browser: processor", "Browser: graphics card"];

const bin = fileURLToPath(new URL("../../bin/pastiche.cjs", import.meta.url));

/**
 * Starts `pastiche studio` and a browser with WebGPU in software, runs `use`, ends both.
 *
 * @param {(studio: { url: string, browser: import("playwright-core").Browser }) => Promise<void>} use
 */
export async function withStudio(use) {
  const child = spawn(process.execPath, [bin, "studio", "--no-open", "--port", "0"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = await once(child.stdout, "data");
  const browser = await chromium.launch({
    executablePath: process.env.PASTICHE_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless=new", "--no-sandbox", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"],
  });
  try {
    await use({ url: String(line).trim(), browser });
  } finally {
    await browser.close();
    child.kill("SIGTERM");
  }
}

/**
 * Opens the page with these settings, and chooses who paints. `init` runs in the page before its own scripts; `slower`
 * makes the processor of the page so many times slower.
 *
 * @param {{ url: string, browser: import("playwright-core").Browser }} studio
 * @param {{ settings: string, engine?: string | undefined, init?: () => void, slower?: number, options?:
 * import("playwright-core").BrowserContextOptions }} what
 */
export async function openPage({ url, browser }, { settings, engine, init = () => {}, slower = 1, options }) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
  page.setDefaultTimeout(600_000);
  await page.addInitScript(init);
  if (slower > 1) {
    const session = await page.context().newCDPSession(page);
    await session.send("Emulation.setCPUThrottlingRate", { rate: slower });
  }
  await page.goto(`${url}#${settings}`);
  await page.getByAltText("The photo: cat.webp").waitFor();
  if (engine) {
    await page.locator("summary", { hasText: "More" }).click();
    await page.getByLabel("Painted by").selectOption(engine);
  }
  return page;
}

/** @param {import("playwright-core").Page} page */
export async function paintWaves(page) {
  await page.getByRole("button", { name: "a woodcut of waves", exact: true }).click();
}

/**
 * Acts, and waits for the end of the job that this begins.
 *
 * @param {import("playwright-core").Page} page
 * @param {() => Promise<unknown>} act
 */
export async function untilDone(page, act) {
  const results = page.locator("section[aria-labelledby=results-heading] .tile");
  const before = await results.count();
  await act();
  await page.waitForFunction(
    (count) => document.querySelectorAll("section[aria-labelledby=results-heading] .tile").length > count,
    before,
  );
}
