/** A part of the panel that is folded away until it is wanted; what is in it is made only then. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";

interface SectionProps {
  readonly title: string;
  /** What is in it, in a few words. */
  readonly about: string;
  /** Something in it is not as usual. */
  readonly changed?: boolean;
  readonly children: () => ComponentChildren;
}

export function Section({ title, about, changed = false, children }: SectionProps) {
  const open = useSignal(false);
  return (
    <details
      class="section"
      open={open.value}
      onToggle={({ currentTarget }) => {
        open.value = currentTarget.open;
      }}
    >
      <summary>
        {title} <small>{about}</small>
        {changed && <span class="dot" title="Changed" />}
      </summary>
      {open.value && <div class="inside">{children()}</div>}
    </details>
  );
}
