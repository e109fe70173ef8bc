import { MillraceError } from '../../errors.js';
import { COLUMN_PLACES_MAX, ROWS_AT_ONCE } from '../limits.js';
import type { Labels } from '../ports.js';
import { type Look, noLook } from './look.js';
import type { Columns } from './presenter.js';

/** One series of an answer before it is aligned with the others: times that rise, a value at each. */
export interface SeriesPoints {
  labels: Labels;
  timesMs: ArrayLike<number>;
  values: ArrayLike<number | null>;
}

/**
 * Puts series on the union of their times, with null where one has no value. Where a series has several values at one
 * time, the last one stands.
 * @throws what `look` does; MillraceError MR_QUERY_TOO_BIG where most places would be empty, and too many
 */
export function alignColumns(series: readonly SeriesPoints[], look = noLook): Columns {
  const times = timesOf(series, look);
  return {
    times,
    series: series.map(({ labels, timesMs, values }) => {
      const aligned = new Array<number | null>(times.length).fill(null);
      let at = 0;
      forEachPart(timesMs.length, (from, end) => {
        look();
        for (let i = from; i < end; i++) {
          while (times[at]! < timesMs[i]!) at++;
          const value = values[i]!;
          aligned[at] = value !== null && Number.isFinite(value) ? value : null;
        }
      });
      return { labels, values: aligned };
    }),
  };
}

/** The times that any of the series has. Those that are too many are refused as soon as that is known, which mostly is before they are collected. */
function timesOf(series: readonly SeriesPoints[], look: Look): number[] {
  for (const { timesMs } of series) {
    if (timesMs.length * series.length > COLUMN_PLACES_MAX)
      checkPlaces(countTimes(timesMs, look), series.length);
  }
  const all = new Set<number>();
  for (const { timesMs } of series) {
    forEachPart(timesMs.length, (from, end) => {
      look();
      for (let i = from; i < end; i++) all.add(timesMs[i]!);
      checkPlaces(all.size, series.length);
    });
  }
  look();
  // Of numbers alone a typed column is sorted several times as fast.
  return [...Float64Array.from(all).sort()];
}

/** Different ones, of times that rise. */
function countTimes(timesMs: ArrayLike<number>, look: Look): number {
  let count = 0;
  forEachPart(timesMs.length, (from, end) => {
    look();
    for (let i = from; i < end; i++) if (i === 0 || timesMs[i] !== timesMs[i - 1]) count++;
  });
  return count;
}

function forEachPart(count: number, visit: (from: number, end: number) => void): void {
  for (let from = 0; from < count; from += ROWS_AT_ONCE) visit(from, Math.min(count, from + ROWS_AT_ONCE));
}

/** @throws MillraceError MR_QUERY_TOO_BIG */
function checkPlaces(times: number, series: number): void {
  if (times * series <= COLUMN_PLACES_MAX) return;
  throw new MillraceError(
    'MR_QUERY_TOO_BIG',
    `The query has ${times} times or more of ${series} series as columns, more than ${COLUMN_PLACES_MAX} places. Ask for another format, fewer points, fewer series (host=, match=) or fewer groups (group_by=).`,
  );
}
