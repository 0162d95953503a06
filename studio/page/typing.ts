/** Whether somebody types there: then keys are letters. */
export function isTyping(target: EventTarget | null): boolean {
  const typed = "input:not([type=range], [type=radio], [type=checkbox]), textarea, select";
  return target instanceof HTMLElement && target.matches(typed);
}
