/** Files that Vite turns into text. */

declare module "*.css?inline" {
  const text: string;
  export default text;
}

/** A file and everything that it imports, as the text of one script. */
declare module "*?script" {
  const text: string;
  export default text;
}
