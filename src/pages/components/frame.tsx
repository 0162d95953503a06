/** What every page begins and ends with. */
import type { ComponentChildren } from "preact";
import type { Page } from "../facts.ts";

export function Frame({ page, children }: { readonly page: Page; readonly children: ComponentChildren }) {
  const { title, about, warning, made } = page;
  return (
    <>
      <header>
        <h1>{title}</h1>
        <p>{about}</p>
        {warning !== undefined && <p class="bad">{warning}</p>}
      </header>
      {children}
      <footer>{made}</footer>
    </>
  );
}
