/** Pictures on a page: inside it, as data. Where they come from, it refuses to know. */
import { type Html, html } from "./html.ts";

/** A picture that is part of the page. */
export interface PagePicture {
  /** `data:image/...;base64,...` */
  readonly data: string;
  readonly width: number;
  readonly height: number;
}

/** An `img` of it. */
export function image({ data, width, height }: PagePicture, alt: string): Html {
  return html`<img src="${data}" width="${width}" height="${height}" alt="${alt}">`;
}

/**
 * The result with a divider over it that uncovers what was before: a range input, so that it follows mouse, finger and
 * keyboard. `before` is a picture, or the id of an `img` of the page that shows it already; without one there is no divider.
 */
export function compare(before: Before | undefined, after: PagePicture, words: Words): Html {
  const { width, height } = after;
  // Small pictures are enlarged, so that there is something to see; high ones must fit a window.
  const widest = Math.min(Math.max(2 * width, 400), 1200);
  const size = `--ratio:${width / height};--widest:${widest}px`;
  return html`<div class="compare" style="${size}">
<div class="after">${image(after, words.after)}</div>
${before && divider(before, after, words)}<span class="tag right">${words.after}</span>
</div>`;
}

function divider(before: Before, { width, height }: PagePicture, words: Words): Html {
  const under =
    "id" in before
      ? html`<img data-from="${before.id}" width="${width}" height="${height}" alt="${words.before}">`
      : html`<img src="${before.data}" width="${width}" height="${height}" alt="${words.before}">`;
  return html`<div class="before">${under}</div>
<span class="tag left">${words.before}</span>
<input type="range" min="0" max="100" step="0.5" value="50" aria-label="How much of ${words.before} is shown">
<div class="handle" aria-hidden="true"></div>
`;
}

type Before = PagePicture | { readonly id: string };

interface Words {
  readonly before: string;
  readonly after: string;
}
