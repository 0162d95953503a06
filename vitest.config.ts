import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "pastiche/web": fileURLToPath(new URL("src/web.ts", import.meta.url)) } },
  test: {
    include: ["studio/**/*.test.ts", "src/**/*.test.ts", "test/**/*.test.ts", "scripts/**/*.test.ts"],
    // Two cores: more workers than that only fight over them.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
