import { type GroupPlaces, lowerPlace } from './chosen-segments.js';
import type { KnownRuns } from './known-runs.js';
import type { StoredSegment } from './known-store.js';
import type { ShardSelection } from './selection.js';

/** The selected series of a group, and a segment that may have some of them. */
export interface SegmentPlaces {
  selected: ShardSelection;
  places: GroupPlaces;
  segment: StoredSegment;
}

/** Calls back with each selected series whose number lies in the segment, and its place. */
export function forEachPlace(
  { selected, places, segment }: SegmentPlaces,
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
export function knowsAll(wanted: SegmentPlaces, known: KnownRuns): boolean {
  let isAll = known.version !== 0;
  if (isAll) {
    forEachPlace(wanted, (_at, number) => {
      isAll &&= known.knows(number);
    });
  }
  return isAll;
}
