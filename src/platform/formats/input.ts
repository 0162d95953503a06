/** The input formats. GIF, animated WebP and multi-page TIFF give their first picture. */
export const inputFormats = ["jpeg", "png", "webp", "avif", "tiff", "gif"] as const;
export type InputFormat = (typeof inputFormats)[number];
