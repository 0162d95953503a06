/** SHA-256 by Web Crypto, which Node and browsers have; browsers on secure pages only. */

/** SHA-256 as 64 hexadecimal digits; undefined where the browser does not offer it. */
export async function sha256(bytes: Uint8Array): Promise<string | undefined> {
  if (!crypto.subtle) return undefined;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
