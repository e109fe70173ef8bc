import assert from 'node:assert/strict';
import { test } from 'node:test';
import { windowShape } from '../../../native-free-core/query/window-shape.js';
import { TrendWindows } from '../../../src/query/trend-windows.js';
import { runOf } from '../../native-free-core/cell/runs.js';

const MINUTE = 60_000;
const T0 = 1_700_000_040_000;
const points = Array.from({ length: 600 }, (_, i): [number, number] => [
  T0 + i * 10_000,
  1e6 + i * 0.5 + ((i * 7) % 5),
]);
const times = Float64Array.from(points, ([time]) => time);
const values = Float64Array.from(points, ([, value]) => value);
const shape = windowShape(T0, T0 + 100 * MINUTE, 10 * MINUTE, 1);

test('TrendWindows has the mean of each window, and the line through all points', () => {
  const windows = new TrendWindows(shape);
  windows.visit(0, times, values, 0, 250);
  windows.visit(1, times, values, 400, 600);
  const { times: starts, values: means, count } = windows.filled();
  const inside = points.filter((_, i) => i < 250 || i >= 400);
  const expected = [...new Set(inside.map(([time]) => Math.floor(time / 600_000) * 600_000))];
  assert.deepEqual([...starts.subarray(0, count)], expected);
  expected.forEach((start, i) => {
    const own = inside.filter(([time]) => time >= start && time < start + 600_000).map(([, value]) => value);
    assert.ok(Math.abs(means[i]! - own.reduce((a, b) => a + b, 0) / own.length) <= 1e-6);
  });
  assert.equal(windows.line.count, 450);
  assert.ok(Math.abs(windows.line.line(T0)!.slope - 0.5 / 10_000) <= 1e-7);
});

test('TrendWindows takes cells as points in the middle of their times', () => {
  const whole = new TrendWindows(shape);
  whole.visit(0, times, values, 0, 600);
  const cells = new TrendWindows(shape);
  const run = runOf(points, MINUTE);
  cells.visitCells(0, run, 0, 30);
  cells.visitCells(0, run, 30, run.length);
  assert.deepEqual(cells.filled(), whole.filled());
  const [found, expected] = [cells.line.line(T0)!, whole.line.line(T0)!];
  assert.ok(Math.abs(found.slope / expected.slope - 1) <= 1e-3, `${found.slope}, ${expected.slope}`);
  assert.ok(Math.abs(found.value / expected.value - 1) <= 1e-6);
  assert.ok(Math.abs(found.rSquared - expected.rSquared) <= 1e-3);
  assert.equal(cells.firstTimeMs, T0);
  assert.equal(cells.lastTimeMs, times.at(-1));
});

test('TrendWindows leaves out cells beside its windows', () => {
  const windows = new TrendWindows(windowShape(T0 + 10 * MINUTE, T0 + 20 * MINUTE, 10 * MINUTE, 1));
  const run = runOf(points, MINUTE);
  windows.visitCells(0, run, 0, run.length);
  assert.ok(windows.line.count > 0 && windows.line.count < 150, `${windows.line.count}`);
});
