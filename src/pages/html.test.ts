/** Text stays text, whatever is in it. */
import { expect, test } from "vitest";
import { html, raw } from "./html.ts";

test("text and numbers are escaped, markup is not, and nothing is nothing", () => {
  const name = `<img src=x onerror="alert('1')"> & co`;
  const list = [1, 2].map((n) => html`<i>${n}</i>`);
  expect(html`<b title="${name}">${name}${undefined}${false}${raw("<hr>")}${list}</b>`.markup).toBe(
    '<b title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; co">' +
      "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; co<hr><i>1</i><i>2</i></b>",
  );
});
