/**
 * A graphics card for tests where there is none: SwiftShader, the Vulkan driver in software that comes with Chromium.
 * Slow and exact. A real card is preferred where there is one.
 */
import { existsSync, realpathSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { probeProvider } from "./node-probe.ts";

/** Where Chromium's own files may be: beside the program that the tests drive, or where distributions put them. */
const FOLDERS = ["/usr/lib/chromium", "/usr/lib/chromium-browser", "/opt/google/chrome", "/opt/chromium.org/chromium"];

const DRIVER = "vk_swiftshader_icd.json";
const LOADER = "libvulkan.so.1";
/** <dlfcn.h> on Linux; Node has no name for it. */
const RTLD_NODELETE = 0x1000;

/** Makes this process (and its children) able to open `webgpu`, or says why it cannot be. */
export async function ensureGraphicsCard(): Promise<{ ok: true } | { ok: false; reason: string }> {
  const real = await probeProvider("webgpu");
  if (real.ok) return real;
  const chromium = process.env.PASTICHE_CHROMIUM;
  const beside = chromium && existsSync(chromium) ? [dirname(realpathSync(chromium))] : [];
  const folder = [...beside, ...FOLDERS].find(
    (path) => existsSync(join(path, DRIVER)) && existsSync(join(path, LOADER)),
  );
  if (!folder) return { ok: false, reason: `${real.reason}; and no SwiftShader (it comes with Chromium)` };
  process.env.VK_DRIVER_FILES = join(folder, DRIVER);
  process.env.LD_LIBRARY_PATH = [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(":");
  // The path above is for children: this process reads it no more. A library that is loaded already is found by name.
  try {
    process.dlopen({ exports: {} }, join(folder, LOADER), constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch {
    // "Module did not self-register": it is no addon; loaded it is all the same.
  }
  return probeProvider("webgpu");
}
