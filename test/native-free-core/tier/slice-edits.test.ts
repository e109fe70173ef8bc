import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CellRun } from '../../../native-free-core/cell/cell-run.js';
import {
  type CellEdits,
  deletionEdits,
  repairEdits,
  type SeriesSlice,
} from '../../../native-free-core/tier/slice-edits.js';
import { ROLLUP_TIERS } from '../../../native-free-core/tier/tiers.js';

const DAY_MS = 86_400_000;

interface Point {
  timeMs: number;
  value: number;
}

/** The slice of points, all of whose tiers are there. */
function sliceOf(points: readonly Point[]): SeriesSlice {
  const sorted = [...points].sort((a, b) => a.timeMs - b.timeMs);
  const times = Float64Array.from(sorted, ({ timeMs }) => timeMs);
  const values = Float64Array.from(sorted, ({ value }) => value);
  const runs = ROLLUP_TIERS.map(({ windowMs }) => {
    const run = new CellRun();
    run.accumulate(times, values, 0, times.length, windowMs);
    return run;
  });
  return { times, values, count: times.length, runs };
}

/** What each window of a tier says once the edits are in place: its count, sum, first and last. */
function windowsOf(run: CellRun, edits: CellEdits): string[] {
  const windows: string[] = [];
  for (let i = 0; i < run.length; i++) {
    const startMs = run.windowStartMs[i]!;
    const edit = edits.get(startMs);
    if (edit !== undefined) {
      const { count, sum, min, max, firstTimeMs, lastTimeMs, lastValue } = edit;
      windows.push([startMs, count, sum, min, max, firstTimeMs, lastTimeMs, lastValue].join());
    } else if (!edits.has(startMs)) {
      const fields = [run.count, run.sum, run.min, run.max, run.firstTimeMs, run.lastTimeMs, run.lastValue];
      windows.push([startMs, ...fields.map((column) => column[i]!)].join());
    }
  }
  return windows;
}

const NONE: CellEdits = new Map();
const point = fc.record({
  timeMs: fc.integer({ min: 0, max: 2 * DAY_MS - 1 }),
  // Sums of these are exact in any order.
  value: fc.integer({ min: -1_000, max: 1_000 }),
});
const points = fc.array(point, { maxLength: 60 });
const moment = fc.integer({ min: -DAY_MS, max: 3 * DAY_MS });

test('deletionEdits() leave in every tier what the other points make', () => {
  fc.assert(
    fc.property(points, moment, moment, (all, a, b) => {
      const [startMs, endMs] = [Math.min(a, b), Math.max(a, b) + 1];
      const slice = sliceOf(all);
      const edits = deletionEdits(slice, startMs, endMs);
      const left = sliceOf(all.filter(({ timeMs }) => timeMs < startMs || timeMs >= endMs));
      ROLLUP_TIERS.forEach((_, i) => {
        assert.deepEqual(windowsOf(slice.runs[i]!, edits[i]!), windowsOf(left.runs[i]!, NONE));
      });
    }),
  );
});

test('deletionEdits() leave a cut window alone whose finer tier has expired, and drop those inside all the same', () => {
  const HOUR_MS = 3_600_000;
  const slice = sliceOf(Array.from({ length: 48 }, (_, i) => ({ timeMs: i * HOUR_MS + 1, value: i })));
  const noPoints = { ...slice, times: new Float64Array(0), values: new Float64Array(0), count: 0 };
  const edits = deletionEdits(noPoints, 30_000, 10 * HOUR_MS + 30_000);
  // The first minute begins before the range and the tenth hour's first minute ends behind it.
  assert.equal(edits[0]!.has(0), false);
  assert.equal(edits[0]!.has(10 * HOUR_MS), false);
  assert.equal(edits[0]!.size, 9);
  assert.deepEqual([...edits[0]!.values()], new Array(9).fill(undefined));
  // Coarser tiers follow what the minutes say.
  assert.equal(edits[3]!.get(0)?.count, 24 - 9);
});

test('repairEdits() change nothing where all is well, and what is wrong otherwise', () => {
  fc.assert(
    fc.property(points, (all) => {
      for (const edits of repairEdits(sliceOf(all), -DAY_MS, 3 * DAY_MS, () => true))
        assert.equal(edits.size, 0);
    }),
  );
  const slice = sliceOf([
    { timeMs: 5, value: 1 },
    { timeMs: 7_000_000, value: 2 },
  ]);
  slice.runs[2]!.max[1] = 77;
  const edits = repairEdits(slice, 0, DAY_MS, () => true);
  assert.deepEqual(
    edits.map(({ size }) => size),
    [0, 0, 1, 0],
  );
  assert.equal(edits[2]!.get(3_600_000)?.max, 2);
  assert.equal(repairEdits(slice, 0, DAY_MS, (tier) => tier !== 2)[2]!.size, 0);
  assert.equal(repairEdits(slice, 0, 3_600_000, () => true)[2]!.size, 0);
  // The finer tier knows of fewer points than the cell: it has expired.
  slice.runs[1]!.reset();
  assert.equal(repairEdits(slice, 0, DAY_MS, (tier) => tier === 2)[2]!.size, 0);
});
