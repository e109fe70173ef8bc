/** What a key does on this page, and what `?` says of it. */
export interface KeyAction {
  key: string;
  /** How the key is written for people. */
  label: string;
  help: string;
  run(): void;
}

const actions: KeyAction[] = [];

/** Adds actions for as long as a view is there. Answers how to take them out again. */
export function bindKeys(bound: readonly KeyAction[]): () => void {
  actions.push(...bound);
  return () => {
    for (const action of bound) actions.splice(actions.indexOf(action), 1);
  };
}

export const boundKeys = (): readonly KeyAction[] => actions;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.closest('input, select, textarea, [contenteditable], dialog') !== null;

/** Keys that scroll what has the focus, where that can be scrolled. */
const SCROLL_KEYS = new Set([' ', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']);

const scrolls = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.matches('[tabindex="0"]') &&
  (target.scrollHeight > target.clientHeight || target.scrollWidth > target.clientWidth);

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  // A button that has the focus is pressed by Space.
  if (event.key === ' ' && event.target instanceof HTMLButtonElement) return;
  if (SCROLL_KEYS.has(event.key) && scrolls(event.target)) return;
  const action = actions.findLast((each) => each.key === event.key);
  if (action === undefined) return;
  event.preventDefault();
  action.run();
});
