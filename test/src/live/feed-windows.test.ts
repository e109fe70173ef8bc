import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { Cell } from '../../../native-free-core/cell/cell.js';
import { CellRun } from '../../../native-free-core/cell/cell-run.js';
import { FeedWindows } from '../../../src/live/feed-windows.js';
import { LiveBudget } from '../../../src/live/live-budget.js';

const WINDOW_MS = 1_000;

const points = fc.array(
  fc.record({ group: fc.nat(2), time: fc.integer({ min: -3_000, max: 3_000 }), value: fc.integer() }),
  { maxLength: 60 },
);

/** What is in a feed's windows: by window and group, count and sum. */
const contents = (windows: FeedWindows): string[] =>
  windows
    .inOrder()
    .flatMap(({ startMs, cells }) =>
      [...cells].map(([group, { count, sum }]) => `${startMs} ${group} ${count} ${sum}`),
    )
    .sort();

it('FeedWindows has each point in its window, and none that is too old', () => {
  fc.assert(
    fc.property(points, fc.integer({ min: -2, max: 2 }), (given, oldest) => {
      const windows = new FeedWindows(WINDOW_MS, new LiveBudget().open());
      windows.oldestMs = oldest * WINDOW_MS;
      const expected = new Map<string, { count: number; sum: number }>();
      for (const { group, time, value } of given) {
        const startMs = Math.floor(time / WINDOW_MS) * WINDOW_MS;
        if (startMs < windows.oldestMs) continue;
        const key = `${startMs} ${group}`;
        const cell = expected.get(key) ?? { count: 0, sum: 0 };
        expected.set(key, { count: cell.count + 1, sum: cell.sum + value });
      }
      for (const group of [0, 1, 2]) {
        const own = given.filter((each) => each.group === group);
        const times = Float64Array.from(own, ({ time }) => time);
        const values = Float64Array.from(own, ({ value }) => value);
        windows.addPoints(group, times, values, 0, own.length);
      }
      assert.deepEqual(
        contents(windows),
        [...expected].map(([key, { count, sum }]) => `${key} ${count} ${sum}`).sort(),
      );
    }),
  );
});

it('FeedWindows makes the same of cells as of the points that they are made of', () => {
  const fromPoints = new FeedWindows(WINDOW_MS, new LiveBudget().open());
  const fromCells = new FeedWindows(WINDOW_MS, new LiveBudget().open());
  const times = Float64Array.from({ length: 300 }, (_, i) => i * 10);
  const values = times.map((time) => Math.sin(time));
  fromPoints.addPoints(1, times, values, 0, times.length);
  const run = new CellRun();
  for (let startMs = 0; startMs < 3_000; startMs += 250) {
    const cell = new Cell();
    for (let i = 0; i < times.length; i++)
      if (times[i]! >= startMs && times[i]! < startMs + 250) cell.add(times[i]!, values[i]!);
    run.append(startMs, cell);
  }
  fromCells.addCells(1, run, 0, run.length);
  for (const [i, window] of fromPoints.inOrder().entries()) {
    const other = fromCells.inOrder()[i]!;
    const [a, b] = [window.cells.get(1)!, other.cells.get(1)!];
    assert.deepEqual([other.startMs, b.count, b.min, b.max], [window.startMs, a.count, a.min, a.max]);
    assert.equal(b.quantile(90), a.quantile(90));
    assert.equal(other.points, window.points);
  }
});

it('FeedWindows gives back what it took', () => {
  const budget = new LiveBudget();
  const feed = budget.open();
  const windows = new FeedWindows(WINDOW_MS, feed);
  for (let group = 0; group < 20; group++) {
    const times = Float64Array.from({ length: 100 }, (_, i) => i * 100);
    windows.addPoints(group, times, times, 0, times.length);
  }
  const all = budget.bytes;
  assert.ok(all > 20 * 10 * 500);
  windows.oldestMs = 5_000;
  assert.equal(windows.inOrder().length, 5);
  assert.ok(budget.bytes > 0 && budget.bytes < all);
  windows.clear();
  assert.equal(budget.bytes, 0);
});
