/** The public door, platform-free. */
export { type ErrorCode, UserError } from "./errors.ts";
export type { Image, Size } from "./image/image.ts";
