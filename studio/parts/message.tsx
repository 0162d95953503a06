/** What there is to be said, in one sentence, where nothing else moves for it. */
import { message } from "../run/state.ts";
import { Icon } from "./controls/icon.tsx";

export function Message() {
  const told = message.value;
  return (
    <div class="message" role="status" aria-live="polite" data-bad={told?.bad || undefined} hidden={!told}>
      <span>{told?.text}</span>
      <button type="button" class="quiet" aria-label="Close" onClick={() => (message.value = undefined)}>
        <Icon name="close" />
      </button>
    </div>
  );
}
