import type { GroupPlaces } from './chosen-segments.js';
import { LINES_AT_ONCE } from './limits.js';
import type { ShardSelection } from './selection.js';

/** How far each group has been gone through. Scratch of this thread, like what follows it. */
let cursors = new Uint32Array(256);

/**
 * Calls back with each place of a selection and the index of its group, not group by group but about in the order of their slots. That is
 * the order in which the series came, and so the one in which their lines and their first extents lie in memory: what is read of a hundred
 * thousand series comes in one stream then, and group by group each series would be a page of its own (bench/macro/dashboard.ts --only-many).
 */
export function eachBySlot(
  { ids, view }: ShardSelection,
  groups: readonly GroupPlaces[],
  visit: (place: number, group: number) => void,
): void {
  if (groups.length > cursors.length) cursors = new Uint32Array(groups.length);
  const { index } = view;
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  groups.forEach(({ from, to }, group) => {
    cursors[group] = from;
    first = Math.min(first, index.numberOf(ids.items[from]!));
    last = Math.max(last, index.numberOf(ids.items[to - 1]!));
  });
  // Each round takes about as many series as are looked at together, and then no more groups than it takes series.
  const step = Math.ceil((Math.max(LINES_AT_ONCE, groups.length) * (last - first + 1)) / ids.length);
  for (let bound = first + step; bound < last + 1 + step; bound += step) {
    for (let group = 0; group < groups.length; group++) {
      const { to } = groups[group]!;
      let place = cursors[group]!;
      for (; place < to && index.numberOf(ids.items[place]!) < bound; place++) visit(place, group);
      cursors[group] = place;
    }
  }
}
