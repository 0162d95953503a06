/**
 * A page as one HTML file that requests nothing: markup, styles, its data as JSON, and the script that reads them. Each
 * picture is in it once: the markup's later images and the data refer to the first by number.
 */
import type { VNode } from "preact";
import { renderToStaticMarkup } from "preact-render-to-string";
import script from "./client/client.tsx?script";
import type { Page, PagePicture } from "./facts.ts";
import styles from "./styles/page.css?inline";

/** The browser itself forbids what a page never does: to load anything. */
const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/** The page with this data and the component that shows it, as text. */
export function documentOf<Data extends Page>(data: Data, Body: (data: Data) => VNode): string {
  const { numbered, sources } = withoutPictures(data);
  const { title, key } = data;
  const head = renderToStaticMarkup(
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content={policy} />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="pastiche" content={key} />
      <title>{title}</title>
      <style dangerouslySetInnerHTML={{ __html: styles }} />
    </head>,
  );
  const markup = renderToStaticMarkup(<Body {...numbered} />);
  const json = JSON.stringify(numbered).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
${head}
<body>
<div id="page">${withPictures(markup, sources)}</div>
<script type="application/json" id="data">${json}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** The data of a page that `documentOf` made, with its pictures; undefined for another page. */
export function dataOf(page: string): unknown {
  const json = /<script type="application\/json" id="data">([^<]*)<\/script>/.exec(page)?.[1];
  if (json === undefined) return undefined;
  const found = page.matchAll(/<img data-picture="(\d+)" src="(data:[^"]*)"/g);
  const sources = new Map([...found].map(([, number, source]) => [`${PREFIX}${number}`, source]));
  return JSON.parse(json, (key, value) => (key === "src" ? sources.get(value) : value));
}

const PREFIX = "picture:";

/** The data with a number in the place of every picture's bytes, equal pictures having the same, and the bytes by number. */
function withoutPictures<Data>(data: Data): { numbered: Data; sources: readonly string[] } {
  const numbers = new Map<string, number>();
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== "object" || value === null) return value;
    const record = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, visit(one)]));
    if (!isPicture(value)) return record;
    if (!numbers.has(value.src)) numbers.set(value.src, numbers.size);
    return { ...record, src: `${PREFIX}${numbers.get(value.src)}` };
  };
  return { numbered: visit(data) as Data, sources: [...numbers.keys()] };
}

function isPicture(value: object): value is PagePicture {
  return "src" in value && typeof value.src === "string" && value.src.startsWith("data:image/");
}

/** The markup with the bytes of every picture in its first image. Text cannot look like an image: its quotes are escaped. */
function withPictures(markup: string, sources: readonly string[]): string {
  const shown = new Set<string>();
  return markup.replace(/<img src="picture:(\d+)"/g, (_, number: string) => {
    const first = !shown.has(number);
    shown.add(number);
    return first ? `<img data-picture="${number}" src="${sources[Number(number)]}"` : `<img data-picture="${number}"`;
  });
}
