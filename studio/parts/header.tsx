/** The top line: the name, undo and redo. */
import { canRedo, canUndo, redo, undo } from "../project/project.ts";
import { Icon } from "./controls/icon.tsx";

export function Header() {
  return (
    <header class="header">
      <h1>pastiche</h1>
      <div class="buttons">
        <button
          type="button"
          class="quiet"
          title="Undo (Ctrl Z)"
          aria-label="Undo"
          disabled={!canUndo.value}
          onClick={undo}
        >
          <Icon name="undo" />
        </button>
        <button
          type="button"
          class="quiet"
          title="Redo (Ctrl Shift Z)"
          aria-label="Redo"
          disabled={!canRedo.value}
          onClick={redo}
        >
          <Icon name="redo" />
        </button>
      </div>
    </header>
  );
}
