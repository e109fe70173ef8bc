import {
  ENTRY_UNITS_WORD,
  kindOf,
  POINTS_ARRIVAL_MS,
  POINTS_BASE_MS,
  POINTS_COUNT,
  POINTS_PRODUCER,
  POINTS_SEQ,
  POINTS_SLOTS,
  pointsEntryBytes,
  pointsTimesOffset,
  pointsValuesOffset,
  TIMES_BASE,
  TIMES_DELTA,
  TIMES_FULL,
  timeFormOf,
} from '../../../native-free-core/entry/entry-layout.js';
import { type PointsHead, writePointsHead } from '../../../native-free-core/entry/entry-writer.js';
import type { EntryViews } from '../../../native-free-core/head/head-writer.js';
import { ringMemoryBytes } from '../../../native-free-core/ring/ring-layout.js';
import { RingViews } from '../../../native-free-core/ring/ring-views.js';

export interface Point {
  slot: number;
  timeMs: number;
  value: number;
}

export const NO_PRODUCER: PointsHead = { producer: 0, seq: 0, baseMs: 0, arrivalMs: 1_000 };

/** Room for entries, as a ring has it. */
export function entryRoom(bytes: number): RingViews {
  return new RingViews(
    new SharedArrayBuffer(ringMemoryBytes(Math.max(4_096, 2 ** Math.ceil(Math.log2(bytes))))),
  );
}

/** Writes a points entry as the router does; with form DELTA times are whole ms from the base, with BASE the base. */
export function putPoints(
  views: RingViews,
  offset: number,
  points: readonly Point[],
  timeForm: number,
  head: PointsHead = NO_PRODUCER,
): void {
  const count = points.length;
  views.u32[(offset >> 2) + ENTRY_UNITS_WORD] = pointsEntryBytes(count, timeForm) / 8;
  writePointsHead(views, offset, count, timeForm, head);
  const times = offset + pointsTimesOffset(count);
  const values = (offset + pointsValuesOffset(count, timeForm)) >> 3;
  points.forEach(({ slot, timeMs, value }, i) => {
    views.u32[((offset + POINTS_SLOTS) >> 2) + i] = slot;
    if (timeForm === TIMES_DELTA) views.i32[(times >> 2) + i] = timeMs - head.baseMs;
    if (timeForm === TIMES_FULL) views.f64[(times >> 3) + i] = timeMs;
    views.f64[values + i] = value;
  });
}

/** A points entry alone, at offset 0. */
export function pointsEntry(
  points: readonly Point[],
  timeForm: number,
  head: PointsHead = NO_PRODUCER,
): RingViews {
  const views = entryRoom(pointsEntryBytes(points.length, timeForm));
  putPoints(views, 0, points, timeForm, head);
  return views;
}

/** What a points entry says. */
export interface ReadEntry {
  units: number;
  kind: number;
  timeForm: number;
  head: PointsHead;
  points: Point[];
}

export function readPoints({ u32, i32, f64 }: EntryViews, offset = 0): ReadEntry {
  const word = u32[(offset >> 2) + 1]!;
  const timeForm = timeFormOf(word);
  const count = u32[(offset + POINTS_COUNT) >> 2]!;
  const head = {
    producer: u32[(offset + POINTS_PRODUCER) >> 2]!,
    seq: f64[(offset + POINTS_SEQ) >> 3]!,
    baseMs: f64[(offset + POINTS_BASE_MS) >> 3]!,
    arrivalMs: f64[(offset + POINTS_ARRIVAL_MS) >> 3]!,
  };
  const times = offset + pointsTimesOffset(count);
  const values = (offset + pointsValuesOffset(count, timeForm)) >> 3;
  const points = Array.from({ length: count }, (_, i) => ({
    slot: u32[((offset + POINTS_SLOTS) >> 2) + i]!,
    timeMs:
      timeForm === TIMES_BASE
        ? head.baseMs
        : timeForm === TIMES_DELTA
          ? head.baseMs + i32[(times >> 2) + i]!
          : f64[(times >> 3) + i]!,
    value: f64[values + i]!,
  }));
  return { units: u32[(offset >> 2) + ENTRY_UNITS_WORD]!, kind: kindOf(word), timeForm, head, points };
}
