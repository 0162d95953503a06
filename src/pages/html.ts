/**
 * HTML as a value: text that is put into it is escaped, whatever it is, so that a file's name can be anything. Refuses to
 * know what is shown.
 */

/** A piece of HTML, as opposed to text. */
export interface Html {
  readonly markup: string;
}

/** What may stand in a template: text and numbers are escaped, lists are joined, `undefined` and `false` are nothing. */
export type Piece = Html | string | number | undefined | false | readonly Piece[];

/** A template of HTML: html`<b title="${name}">${name}</b>`. Attributes must be in double quotes. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return { markup: parts.map((part, i) => (i === 0 ? "" : markupOf(pieces[i - 1])) + part).join("") };
}

/** Text of ours that is markup already. */
export function raw(markup: string): Html {
  return { markup };
}

function markupOf(piece: Piece): string {
  if (piece === undefined || piece === false) return "";
  if (typeof piece === "string" || typeof piece === "number") return escaped(String(piece));
  return "markup" in piece ? piece.markup : piece.map(markupOf).join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}
