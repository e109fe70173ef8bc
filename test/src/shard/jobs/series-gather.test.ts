import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CellRun } from '../../../../native-free-core/cell/cell-run.js';
import { mergeRuns } from '../../../../native-free-core/cell/merge-runs.js';
import { CellGather } from '../../../../src/shard/jobs/series-gather.js';

const MINUTE_MS = 60_000;

/** A run of cells with one point a window. */
function runOf(windows: readonly number[], value: number): CellRun {
  const run = new CellRun();
  const times = Float64Array.from(windows, (window) => window * MINUTE_MS);
  run.accumulate(
    times,
    times.map((_, i) => value + i / 8),
    0,
    times.length,
    MINUTE_MS,
  );
  return run;
}

const cellsOf = ({ length, windowStartMs, count, sum, firstValue, lastValue }: CellRun): number[][] =>
  Array.from({ length }, (_, i) => [windowStartMs[i]!, count[i]!, sum[i]!, firstValue[i]!, lastValue[i]!]);

const windowLists = fc.array(
  fc.uniqueArray(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 12 }),
  {
    maxLength: 12,
  },
);

test('CellGather merges runs as they would be one after the other', () => {
  fc.assert(
    fc.property(windowLists, (lists) => {
      const gather = new CellGather(-10 * MINUTE_MS, 10 * MINUTE_MS);
      let wanted = new CellRun();
      const stands = new Map<number, number>();
      lists.forEach((list, i) => {
        const windows = [...list].sort((a, b) => a - b);
        gather.add(runOf(windows, i));
        const inside = windows.filter((window) => window >= -10 && window < 10);
        const kept = new CellRun();
        const all = runOf(windows, i);
        for (let c = 0; c < all.length; c++) if (inside.includes(windows[c]!)) kept.appendFrom(all, c);
        for (const window of inside)
          stands.set(window * MINUTE_MS, (stands.get(window * MINUTE_MS) ?? 0) + 1);
        const merged = new CellRun();
        mergeRuns(wanted, kept, merged);
        wanted = merged;
      });
      assert.deepEqual(cellsOf(gather.merge()), cellsOf(wanted));
      assert.deepEqual(new Map([...gather.stands].map(([window, { all }]) => [window, all])), stands);
    }),
  );
});
