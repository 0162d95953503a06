/** Numbers as people read them. */

/** `42 s`, `3 min 20 s`, `1 h 05 min`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return minutes < 10 ? `${minutes} min ${whole % 60} s` : `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** How large a result will be. */
export function sizeText(photo: { readonly width: number; readonly height: number }, size: unknown): string {
  const longest = Math.max(photo.width, photo.height);
  const scale = typeof size === "number" ? size / longest : 1;
  const [width, height] = [photo.width, photo.height].map((side) => Math.max(1, Math.round(side * scale)));
  return `${width} × ${height} pixels`;
}

/** `340 MB`, `1.2 GB`. */
export function bytesText(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
