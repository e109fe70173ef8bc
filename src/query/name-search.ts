import { byText } from '../http/present/by-text.js';
import { LargestList } from './largest-list.js';
import { TEXTS_AT_ONCE } from './limits.js';
import type { StopCheck } from './stop-check.js';

/** Which names a list is to have, and how many. */
export interface NameSearch {
  search?: string | undefined;
  limit?: number | undefined;
}

/**
 * Those of the names that have the text in them, whatever its case, sorted: those that begin with it first. At most `limit`.
 * @throws what `stop` does, between some thousand names and the next
 */
// Four arguments: what is searched, for what, and who looks.
export function searchNames<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  { search = '', limit = Number.POSITIVE_INFINITY }: NameSearch,
  stop: StopCheck,
): T[] {
  const wanted = search.toLowerCase();
  let steps = 0;
  const look = (): void => {
    if (++steps % TEXTS_AT_ONCE === 0) stop.check();
  };
  const order = (a: T, b: T): number => {
    look();
    return byText(nameOf(a), nameOf(b));
  };
  const beginning = new LargestList<T>(limit, order);
  const containing = new LargestList<T>(limit, order);
  for (const item of items) {
    look();
    if (wanted === '') beginning.add(item);
    else {
      const at = nameOf(item).toLowerCase().indexOf(wanted);
      if (at >= 0) (at === 0 ? beginning : containing).add(item);
    }
  }
  return [...beginning.take(), ...containing.take()].slice(0, limit);
}
