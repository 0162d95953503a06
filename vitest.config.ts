import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (name: string) => fileURLToPath(new URL(`src/${name}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: Object.fromEntries(["node", "parts", "web"].map((door) => [`pastiche/${door}`, source(`${door}.ts`)])),
  },
  test: {
    include: [
      "studio/**/*.test.ts",
      "src/**/*.test.ts",
      "test/**/*.test.ts",
      "scripts/**/*.test.ts",
      "examples/**/*.test.ts",
    ],
    // Two cores: more workers than that only fight over them.
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // A machine that is busy is late, not wrong.
    expect: { poll: { timeout: 60_000 } },
  },
});
