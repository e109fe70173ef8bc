import { byText } from '../http/present/by-text.js';

/** Which names a list is to have, and how many. */
export interface NameSearch {
  search?: string | undefined;
  limit?: number | undefined;
}

/**
 * Those of the names that have the text in them, whatever its case, sorted: those that begin with it first. At most `limit`.
 */
export function searchNames<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  { search = '', limit }: NameSearch,
): T[] {
  const wanted = search.toLowerCase();
  const beginning: T[] = [];
  const containing: T[] = [];
  for (const item of items) {
    if (wanted === '') beginning.push(item);
    else {
      const at = nameOf(item).toLowerCase().indexOf(wanted);
      if (at >= 0) (at === 0 ? beginning : containing).push(item);
    }
  }
  const order = (a: T, b: T): number => byText(nameOf(a), nameOf(b));
  const found = [...beginning.sort(order), ...containing.sort(order)];
  return limit === undefined ? found : found.slice(0, limit);
}
