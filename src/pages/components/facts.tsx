/** Names with their values, inputs, and a command line to copy: what both pages list. */
import { useRef, useState } from "preact/hooks";
import type { Fact, Input } from "../facts.ts";

export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Inputs({ inputs }: { readonly inputs: readonly Input[] }) {
  return (
    <div class="inputs">
      {inputs.map(({ role, name, picture }) => (
        <figure key={picture.src}>
          <img src={picture.src} width={picture.width} height={picture.height} alt={`the ${role}`} />
          <figcaption>
            <b>{role}</b>
            {name}
          </figcaption>
        </figure>
      ))}
    </div>
  );
}

/** Copies the command; where the browser does not allow that, selects it. */
export function Command({ command }: { readonly command: string }) {
  const code = useRef<HTMLElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(command);
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
    } catch {
      getSelection()!.selectAllChildren(code.current!);
    }
  };
  return (
    <div class="command">
      <code ref={code}>{command}</code>
      <button type="button" class="copy" onClick={() => void copy()}>
        {copied ? "Copied" : "Copy"}
      </button>
    </div>
  );
}
