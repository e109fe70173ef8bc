import assert from 'node:assert/strict';
import { type Row, rowsFrom, type Windows } from './check-windows.js';
import { byTime, increments, seriesOf, sumOf, within } from './naive.js';
import { near, SECOND, SEED, timeOf } from './questions.js';
import type { Sent } from './world.js';

/** What the points of one series in one window grew by, and what a cell of that window can't tell of it. */
interface Growth {
  grown: number;
  /** How much too low an answer from cells may be: by the peak before each reset, but for one that stays the highest. */
  hidden: number;
  resets: number;
  /** Whether the first point that the series ever had is in it: what that one counts goes by the step to the next, which a cell has only on average. */
  isFirst: boolean;
}

/**
 * Holds `increase` and `rate` of windows that come from cells against all points. A cell knows first, last, least and greatest: it is exact
 * without a reset, and with one after which the counter stays below its peak; else too low, by no more than greatest - first a reset. An answer
 * is made of cells no longer than its windows, and of points. Answers how many windows with resets had to be exact.
 */
export function checkGrowth(rows: readonly Row[], points: readonly Sent[], asked: Windows): number {
  const { range, stepMs, rolled, what } = asked;
  const fromMs = rowsFrom(asked);
  const grown = increments(points, fromMs, stepMs);
  let exact = 0;
  for (const row of rows) {
    const windows = Array.from({ length: rolled }, (_, back) => timeOf(row.timestamp) - back * stepMs);
    const growths = windows.flatMap((startMs) => {
      const window = {
        startMs: Math.max(startMs, fromMs),
        endMs: Math.min(startMs + stepMs, range.endMs),
      };
      return [...seriesOf(points).values()].map((own) => growthOf(byTime(own), window, grown));
    });
    const wanted = sumOf(growths.map((each) => each.grown));
    const hidden = sumOf(growths.map((each) => each.hidden));
    const where = `${what} at ${row.timestamp}: ${row['increase']}, of ${wanted} may lack ${hidden} (seed ${SEED})`;
    near(row['rate']!, row['increase']! / ((stepMs * rolled) / SECOND), `rate ${where}`);
    if (growths.some((each) => each.isFirst)) continue;
    assert.ok(row['increase']! <= wanted + 1e-6 && row['increase']! >= wanted - hidden - 1e-6, where);
    if (hidden === 0 && growths.some(({ resets }) => resets > 0)) exact++;
  }
  return exact;
}

function growthOf(
  own: readonly Sent[],
  window: { startMs: number; endMs: number },
  grown: Map<Sent, number>,
): Growth {
  const inside = within(own, window);
  const values = inside.map(({ value }) => value);
  const resets = values.filter((value, i) => i > 0 && value < values[i - 1]!).length;
  const isFirst = inside[0] === own[0] && inside.length > 0;
  const sum = sumOf(inside.map((point) => grown.get(point) ?? 0));
  const peak = Math.max(...values);
  const staysBelow = resets === 1 && values.at(-1)! < peak && values.lastIndexOf(peak) < dropOf(values);
  const hidden = resets === 0 || staysBelow ? 0 : resets * (peak - Math.min(...values));
  return { grown: sum, hidden, resets, isFirst };
}

/** The place of the first value below the one before it. */
const dropOf = (values: readonly number[]): number =>
  values.findIndex((value, i) => i > 0 && value < values[i - 1]!);
