import { computed, type ReadonlySignal } from '@preact/signals';

/**
 * A computed value that keeps its identity for as long as its JSON stays the same: what hangs on it is not done again because
 * something else in the address has changed.
 */
export function steady<T extends object>(read: () => T): ReadonlySignal<T> {
  let kept: T | undefined;
  let text = '';
  return computed(() => {
    const next = read();
    const nextText = JSON.stringify(next);
    if (kept === undefined || nextText !== text) kept = next;
    text = nextText;
    return kept;
  });
}
