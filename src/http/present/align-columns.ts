import type { Labels } from '../ports.js';
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
 */
export function alignColumns(series: readonly SeriesPoints[]): Columns {
  const all = new Set<number>();
  for (const { timesMs } of series) for (let i = 0; i < timesMs.length; i++) all.add(timesMs[i]!);
  const times = [...all].sort((a, b) => a - b);
  return {
    times,
    series: series.map(({ labels, timesMs, values }) => {
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
