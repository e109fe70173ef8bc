import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cell } from '../../../native-free-core/cell/cell.js';
import { CELL_COLUMNS } from '../../../native-free-core/cell/cell-columns.js';
import { CellRun } from '../../../native-free-core/cell/cell-run.js';
import { mergeRuns } from '../../../native-free-core/cell/merge-runs.js';
import { assertSameRuns, cellAt, cellData, runOf } from './runs.js';

test('accumulate() opens a window a multiple of its length when times are negative, fractional and far apart', () => {
  const run = runOf(
    [
      [-60_001, 1],
      [-60_000, 2],
      [-0.5, 3],
      [0, 4],
      [59_999.999, 5],
      [60_000, 6],
      [1e12, 7],
    ],
    60_000,
  );
  assert.deepEqual(
    Array.from(run.windowStartMs.subarray(0, run.length)),
    [-120_000, -60_000, 0, 60_000, 999_999_960_000],
  );
  assert.deepEqual(Array.from(run.count.subarray(0, run.length)), [1, 2, 2, 1, 1]);
  assert.deepEqual(Array.from(run.lastTimeMs.subarray(0, 3)), [-60_001, -0.5, 59_999.999]);
});

test('accumulate() merges into the last cell when points of its window come later', () => {
  const points: [number, number][] = [
    [0, 5],
    [1, 7],
    [1, 8],
    [70_000, 1],
    [80_000, 0],
    [80_000, 2],
  ];
  const whole = runOf(points, 60_000);
  const run = new CellRun();
  for (const [time, value] of points)
    run.accumulate(Float64Array.of(time), Float64Array.of(value), 0, 1, 60_000);
  assertSameRuns(run, whole);
});

test('reset() without buckets makes the same cells, with empty sketches, until the next one', () => {
  const points = Array.from({ length: 500 }, (_, i) => [i * 7_000, ((i * 7919) % 211) - 100] as const);
  const wanted = runOf(points, 60_000);
  const run = new CellRun();
  const times = Float64Array.from(points, ([time]) => time);
  const values = Float64Array.from(points, ([, value]) => value);
  run.reset(false);
  run.accumulate(times, values, 0, points.length, 60_000);
  assert.equal(run.length, wanted.length);
  for (const column of CELL_COLUMNS) {
    const cells = (of: CellRun) => Array.from(of[column].subarray(0, of.length));
    assert.deepEqual(cells(run), cells(wanted), column);
  }
  assert.equal(run.bucketStart(run.length), 0);
  run.reset();
  run.accumulate(times, values, 0, points.length, 60_000);
  assertSameRuns(run, wanted);
});

test('accumulate() refuses when a window comes before the last one', () => {
  const run = runOf([[120_000, 1]], 60_000);
  assert.throws(() => run.accumulate(Float64Array.of(0), Float64Array.of(1), 0, 1, 60_000), /^Error: BUG/);
});

test('accumulate() equals adding point by point when a window has 6 or 1,000 points', () => {
  const check = (stepMs: number) => {
    const points = Array.from({ length: 3000 }, (_, i) => [i * stepMs, ((i * 7919) % 211) - 100] as const);
    const run = runOf(points, 60_000);
    for (let i = 0; i < run.length; i++) {
      const cell = new Cell();
      const start = run.windowStartMs[i]!;
      for (const [time, value] of points) if (time >= start && time < start + 60_000) cell.add(time, value);
      const { windowStartMs, ...data } = cellAt(run, i);
      assert.equal(windowStartMs, start);
      assert.deepEqual(data, cellData(cell));
      assert.equal(run.m2(i), cell.m2);
      for (const percent of [0, 10, 50, 99, 100])
        assert.equal(run.quantile(i, percent), cell.quantile(percent));
    }
  };
  check(10_000);
  check(60);
});

test('coarsen() makes the cells that the points make when windows nest', () => {
  const points = Array.from({ length: 500 }, (_, i) => [i * 7_001 - 900_000, (i * 37) % 89] as const);
  const fine = runOf(points, 60_000);
  const coarse = new CellRun();
  fine.coarsen(coarse, 300_000);
  assertSameRuns(coarse, runOf(points, 300_000));
  assert.throws(() => fine.coarsen(fine, 300_000), /^Error: BUG/);
});

test('mergeRuns() keeps all windows and merges equal ones when runs interleave', () => {
  const early: [number, number][] = [
    [0, 1],
    [60_000, 2],
    [180_000, 3],
  ];
  const late: [number, number][] = [
    [1, 10],
    [120_000, 20],
    [180_000, 30],
    [300_000, 40],
  ];
  const out = new CellRun();
  mergeRuns(runOf(early, 60_000), runOf(late, 60_000), out);
  const together = [...early, ...late].sort((a, b) => a[0] - b[0]);
  assertSameRuns(out, runOf(together, 60_000));
  assert.deepEqual([out.firstValue[3], out.lastValue[3]], [3, 30]);
  mergeRuns(new CellRun(), runOf(early, 60_000), out);
  assertSameRuns(out, runOf(early, 60_000));
  assert.throws(() => mergeRuns(out, out, out), /^Error: BUG/);
});

test('reset() keeps the memory when a run is filled again', () => {
  const run = runOf(
    [
      [0, 1],
      [60_000, 2],
    ],
    60_000,
  );
  const memory = run.sum;
  run.reset();
  run.accumulate(Float64Array.of(5), Float64Array.of(9), 0, 1, 60_000);
  assert.equal(run.sum, memory);
  assertSameRuns(run, runOf([[5, 9]], 60_000));
});
