/** The frame of every page: one file that asks nothing of anybody. What it shows, it refuses to know. */
import { type Html, html, raw } from "./html.ts";
import { script } from "./script.ts";
import { styles } from "./styles.ts";

/** The browser itself forbids what a page of ours never does: to load anything. */
const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

export interface Page {
  readonly title: string;
  /** A line about what made it. */
  readonly made: string;
  /** By which it is known again. */
  readonly key: string;
  readonly body: Html;
}

/** A whole page as text. */
export function page({ title, made, key, body }: Page): string {
  const { markup } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="pastiche" content="${key}">
<title>${title}</title>
<style>${raw(styles)}</style>
</head>
<body>
${body}
<footer>${made}</footer>
<script>${raw(script)}</script>
</body>
</html>
`;
  return markup;
}
