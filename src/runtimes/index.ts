/** What a runtime is. The flavours are listed by the platforms, the fastest first. */
export type { LoadOptions, Program, Runtime, RuntimeChoice, RuntimeOptions, Value, Values } from "./runtime.ts";
