import { type GroupPlaces, lowerPlace } from './chosen-segments.js';
import type { KnownRuns } from './known-runs.js';
import type { StoredSegment } from './known-store.js';
import type { ShardSelection } from './selection.js';

/** The selected series of a group. */
export interface GroupSeries {
  selected: ShardSelection;
  places: GroupPlaces;
}

/** Calls back with each selected series whose number lies in the segment, and its place. */
export function forEachPlace(
  { selected, places }: GroupSeries,
  segment: StoredSegment,
  visit: (at: number, number: number) => void,
): void {
  const { ids, view } = selected;
  for (let at = lowerPlace(selected, places, segment.firstNumber); at < places.to; at++) {
    const number = view.index.numberOf(ids.items[at]!);
    if (number > segment.lastNumber) return;
    visit(at, number);
  }
}

/** Whether nothing of the segment must be read for the selected series, if it is still the same. */
export function knowsAll(wanted: GroupSeries, segment: StoredSegment, known: KnownRuns): boolean {
  let isAll = known.version !== 0;
  if (isAll) {
    forEachPlace(wanted, segment, (_at, number) => {
      isAll &&= known.knows(number);
    });
  }
  return isAll;
}
