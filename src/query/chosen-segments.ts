import { POINT_TABLES } from '../store/tier-tables.js';
import type { StoredSegment } from './known-store.js';
import type { TimeRange } from './point-scan.js';
import type { ShardSelection } from './selection.js';
import type { ShardSnapshot } from './shard-snapshot.js';

/** Selected series of one group: places in the ids of a shard's selection. `local` counts from the shard's first. */
export interface GroupPlaces {
  local: number;
  from: number;
  to: number;
}

/** A stored segment that may hold wanted points. */
export interface ChosenSegment {
  segment: StoredSegment;
  /** What is wanted of it. */
  range: TimeRange;
}

/** Where a segment lies, for a person. */
export const whereOf = ({ key, generation, firstNumber, lastNumber }: StoredSegment): string =>
  `group ${key[0]}, generation ${generation}, numbers ${firstNumber} to ${lastNumber}`;

export function placesByGroup({ ids, view }: ShardSelection): GroupPlaces[] {
  const groups: GroupPlaces[] = [];
  for (let from = 0; from < ids.length; ) {
    const local = view.index.localGroupOf(ids.items[from]!);
    let to = from + 1;
    while (to < ids.length && view.index.localGroupOf(ids.items[to]!) === local) to++;
    groups.push({ local, from, to });
    from = to;
  }
  return groups;
}

/** The first place of the group whose series has at least that number; `places.to` when there is none. */
export function lowerPlace({ ids, view }: ShardSelection, { from, to }: GroupPlaces, number: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (view.index.numberOf(ids.items[middle]!) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A table of segments, and the range of time that is wanted of it. */
export interface TableRange extends TimeRange {
  table: number;
}

/** Both tables of points over one range. */
export const pointTables = ({ startMs, endMs }: TimeRange): TableRange[] =>
  POINT_TABLES.map((table) => ({ table, startMs, endMs }));

/**
 * The segments of a group that may hold what is wanted, by generation, which is the order in which their points arrived. A
 * segment is there once for each range that it may have a part in. Looks at keys alone.
 */
// Four arguments: whose, of which view, and what.
export function chooseSegments(
  selected: ShardSelection,
  places: GroupPlaces,
  snapshot: ShardSnapshot,
  wanted: readonly TableRange[],
): ChosenSegment[] {
  const { ids, view } = selected;
  const chosen: ChosenSegment[] = [];
  for (const range of wanted) {
    snapshot.forEachSegment(places.local, range.table, range.startMs, (segment) => {
      if (segment.startMs >= range.endMs) return;
      const at = lowerPlace(selected, places, segment.firstNumber);
      if (at === places.to || view.index.numberOf(ids.items[at]!) > segment.lastNumber) return;
      chosen.push({ segment, range });
    });
  }
  return chosen.sort((a, b) => a.segment.generation - b.segment.generation);
}
