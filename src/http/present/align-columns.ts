import { MillraceError } from '../../errors.js';
import { COLUMN_PLACES_MAX } from '../limits.js';
import type { Labels } from '../ports.js';
import { noLook } from './look.js';
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
  const all = new Set<number>();
  for (const { timesMs } of series) {
    look();
    for (let i = 0; i < timesMs.length; i++) all.add(timesMs[i]!);
  }
  // Of numbers alone a typed column is sorted several times as fast.
  const times = [...Float64Array.from(all).sort()];
  if (times.length * series.length > COLUMN_PLACES_MAX) {
    throw new MillraceError(
      'MR_QUERY_TOO_BIG',
      `The query has ${times.length} times of ${series.length} series as columns, more than ${COLUMN_PLACES_MAX} places. Ask for another format, fewer points, fewer series (host=, match=) or fewer groups (group_by=).`,
    );
  }
  return {
    times,
    series: series.map(({ labels, timesMs, values }) => {
      look();
      const aligned = new Array<number | null>(times.length).fill(null);
      let at = 0;
      for (let i = 0; i < timesMs.length; i++) {
        while (times[at]! < timesMs[i]!) at++;
        const value = values[i]!;
        aligned[at] = value !== null && Number.isFinite(value) ? value : null;
      }
      return { labels, values: aligned };
    }),
  };
}
