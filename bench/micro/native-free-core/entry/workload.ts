import {
  ENTRY_UNITS_WORD,
  POINTS_SLOTS,
  pointsEntryBytes,
  pointsTimesOffset,
  pointsValuesOffset,
  type TIMES_BASE,
  TIMES_DELTA,
} from '../../../../native-free-core/entry/entry-layout.js';
import { writePointsHead } from '../../../../native-free-core/entry/entry-writer.js';
import { ringMemoryBytes } from '../../../../native-free-core/ring/ring-layout.js';
import { RingViews } from '../../../../native-free-core/ring/ring-views.js';
import { seededRandom } from '../../../macro/tsbs.js';

export const START_MS = 1_764_669_600_000;

/** What the points of an entry look like. */
export interface EntryShape {
  points: number;
  /** Slots are drawn from [0, series), or stand in order when there are as many points. */
  series: number;
  timeForm: typeof TIMES_BASE | typeof TIMES_DELTA;
  nextValue: (random: () => number) => number;
}

/** Whole numbers from 0 to 100, as TSBS cpu-only has them. */
export const gauge = (random: () => number): number => Math.floor(random() * 101);
/** Doubles with full mantissas, as latencies in ms are. */
export const latency = (random: () => number): number => Math.exp(1.2 * (random() - 0.5)) * 20;

/** A points entry at offset 0, from a fixed seed. */
export function entryOf({ points, series, timeForm, nextValue }: EntryShape, seed = 1): RingViews {
  const random = seededRandom(seed);
  const bytes = pointsEntryBytes(points, timeForm);
  const views = new RingViews(
    new SharedArrayBuffer(ringMemoryBytes(2 ** Math.ceil(Math.log2(bytes + 4_096)))),
  );
  views.u32[ENTRY_UNITS_WORD] = bytes / 8;
  const head = { producer: 1, seq: 1, baseMs: START_MS, arrivalMs: START_MS + 5 };
  writePointsHead(views, 0, points, timeForm, head);
  const times = pointsTimesOffset(points) >> 2;
  const values = pointsValuesOffset(points, timeForm) >> 3;
  for (let i = 0; i < points; i++) {
    views.u32[(POINTS_SLOTS >> 2) + i] = points === series ? i : Math.floor(random() * series);
    if (timeForm === TIMES_DELTA) views.i32[times + i] = Math.floor(random() * 1_000);
    views.f64[values + i] = nextValue(random);
  }
  return views;
}
