/** File names, taken apart and put together as the platform does it. */

export interface Paths {
  /** The last part of a path. */
  basename(path: string): string;
  dirname(path: string): string;
  join(...parts: string[]): string;
  /** From the root. */
  resolve(path: string): string;
  parse(path: string): { readonly dir: string; readonly name: string; readonly ext: string };
  /** `path` with `ending` behind it and room for `room` bytes more, shortened where the file system has a limit. */
  withEnding(path: string, ending: string, room?: number): string;
}

/** Paths with slashes and no limits: for files in memory, in browsers and in tests. */
export const slashPaths: Paths = {
  basename,
  dirname: (path) => (path.includes("/") ? path.slice(0, path.lastIndexOf("/")) || "/" : "."),
  join: (...parts) => parts.filter((part) => part !== "" && part !== ".").join("/") || ".",
  resolve: (path) => (path.startsWith("/") ? path : `/${path}`),
  parse(path) {
    const base = basename(path);
    const dot = base.lastIndexOf(".");
    const [name, ext] = dot > 0 ? [base.slice(0, dot), base.slice(dot)] : [base, ""];
    return { dir: path.slice(0, path.length - base.length).replace(/(.)\/$/, "$1"), name, ext };
  },
  withEnding: (path, ending) => `${path}${ending}`,
};

function basename(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
