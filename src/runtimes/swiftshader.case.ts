/**
 * A GPU for tests on machines without one: SwiftShader, the software Vulkan driver that comes with Chromium. A real GPU
 * is preferred.
 */
import { existsSync, realpathSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { probeProvider } from "./node-probe.ts";

/** Where Chromium's files may be: next to the tested program, or where distributions install them. */
const FOLDERS = ["/usr/lib/chromium", "/usr/lib/chromium-browser", "/opt/google/chrome", "/opt/chromium.org/chromium"];

const DRIVER = "vk_swiftshader_icd.json";
const LOADER = "libvulkan.so.1";
/** A constant of <dlfcn.h> on Linux that Node does not export. */
const RTLD_NODELETE = 0x1000;

/** Makes `webgpu` available to this process and its children, or gives the reason why not. */
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
  // The path above reaches child processes only; in this process a loaded library is found by name.
  try {
    process.dlopen({ exports: {} }, join(folder, LOADER), constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch {
    // "Module did not self-register": it is no addon, but it is loaded now.
  }
  return probeProvider("webgpu");
}
