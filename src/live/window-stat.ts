import type { Cell } from '../../native-free-core/cell/cell.js';
import { percentileKey } from '../http/present/point-statistics.js';

/** A statistic of a window: its name in a message, and how it is read from the window's cell. */
export interface WindowStat {
  name: string;
  /** A percentile's, from 0 to 100; for the others undefined. */
  percent?: number;
}

const READERS: Readonly<Record<string, (cell: Cell) => number>> = {
  count: (cell) => cell.count,
  sum: (cell) => cell.sum,
  mean: (cell) => cell.sum / cell.count,
  avg: (cell) => cell.sum / cell.count,
  min: (cell) => cell.min,
  max: (cell) => cell.max,
  range: (cell) => cell.max - cell.min,
  first: (cell) => cell.firstValue,
  last: (cell) => cell.lastValue,
  variance: (cell) => cell.m2 / cell.count,
  stddev: (cell) => Math.sqrt(cell.m2 / cell.count),
};

/** What a refusal says was wanted. */
export const WINDOW_STATS_WANTED = `${Object.keys(READERS).join(', ')}, median, or a percentile such as p99 or p99.9`;

/** The statistic of a name; undefined for one that windows don't have. */
export function parseWindowStat(name: string): WindowStat | undefined {
  if (Object.hasOwn(READERS, name)) return { name };
  if (name === 'median') return { name, percent: 50 };
  const percent = /^p(\d{1,3}(?:\.\d{1,9})?)$/.exec(name)?.[1];
  if (percent === undefined || Number(percent) > 100) return undefined;
  return { name: percentileKey(Number(percent)), percent: Number(percent) };
}

/** The value of a statistic over a cell that is not empty; null where it is not finite. */
export function statOf(stat: WindowStat, cell: Cell): number | null {
  const value = stat.percent === undefined ? READERS[stat.name]!(cell) : cell.quantile(stat.percent);
  return Number.isFinite(value) ? value : null;
}
