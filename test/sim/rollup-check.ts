import { Cell } from '../../native-free-core/cell/cell.js';
import { windowStartOf } from '../../native-free-core/cell/window-start.js';
import { bucketIndex } from '../../native-free-core/histogram/bucket.js';
import { parseSegmentKey } from '../../src/store/keys.js';
import { TABLE_ROLLUP_1M } from '../../src/store/store-layout.js';
import type { MemoryStore } from './memory-store.js';
import { readRollupSegment, type StoredRun } from './read-segment.js';
import { law } from './sim-failure.js';

const MINUTE_MS = 60_000;

/** What sums of doubles in another order may differ by, relative to the sum of magnitudes. */
const SUM_TOLERANCE = 1e-12;

/**
 * The 1 m cells of a shard's store, merged over its generations, are those of all its raw points, computed the slow way:
 * a list of points for each series and minute.
 */
export function checkRollups(store: MemoryStore, raw: readonly StoredRun[]): void {
  const expected = new Map<string, { timeMs: number; value: number }[]>();
  for (const { group, number, times, values } of [...raw].sort((a, b) => a.generation - b.generation)) {
    times.forEach((timeMs, i) => {
      const name = `${group}/${number}/${windowStartOf(timeMs, MINUTE_MS)}`;
      const points = expected.get(name) ?? [];
      points.push({ timeMs, value: values[i]! });
      expected.set(name, points);
    });
  }
  const found = readCells(store);
  law(found.size === expected.size, `there are ${found.size} minutes in cells, ${expected.size} in points`);
  for (const [name, cell] of found) checkCell(name, cell, expected.get(name) ?? []);
}

function readCells(store: MemoryStore): Map<string, Cell> {
  const segments = [...store.pairs()].filter(({ key }) => key[0]! < 16 && key[1] === TABLE_ROLLUP_1M);
  segments.sort((a, b) => parseSegmentKey(a.key).generation - parseSegmentKey(b.key).generation);
  const found = new Map<string, Cell>();
  for (const { key, value } of segments) {
    readRollupSegment(key, value, (number, cells) => {
      for (let i = 0; i < cells.length; i++) {
        const name = `${key[0]}/${number}/${cells.windowStartMs[i]}`;
        let cell = found.get(name);
        if (cell === undefined) found.set(name, (cell = new Cell()));
        cells.mergeInto(i, cell);
      }
    });
  }
  return found;
}

function checkCell(name: string, cell: Cell, points: readonly { timeMs: number; value: number }[]): void {
  const values = points.map((p) => p.value);
  const mustBe = (what: string, is: number, wanted: number): void =>
    law(is === wanted, () => `cell ${name} has ${what} ${is}, its points ${wanted}`);
  mustBe('count', cell.count, points.length);
  mustBe('min', cell.min, Math.min(...values));
  mustBe('max', cell.max, Math.max(...values));
  // Points are in the order of arrival where times are equal, and so are first and last.
  const first = points.reduce((a, b) => (b.timeMs < a.timeMs ? b : a));
  const last = points.reduce((a, b) => (b.timeMs >= a.timeMs ? b : a));
  mustBe('first', cell.firstValue, first.value);
  mustBe('first time', cell.firstTimeMs, first.timeMs);
  mustBe('last', cell.lastValue, last.value);
  mustBe('last time', cell.lastTimeMs, last.timeMs);
  checkSums(name, cell, values);
  const buckets = new Map<number, number>();
  for (const value of values) buckets.set(bucketIndex(value), (buckets.get(bucketIndex(value)) ?? 0) + 1);
  mustBe('buckets', cell.sketch.length, buckets.size);
  for (let i = 0; i < cell.sketch.length; i++) {
    mustBe('bucket count', cell.sketch.counts[i]!, buckets.get(cell.sketch.indexes[i]!) ?? 0);
  }
}

function checkSums(name: string, cell: Cell, values: readonly number[]): void {
  const sum = values.reduce((a, b) => a + b, 0);
  const mean = sum / values.length;
  const m2 = values.reduce((a, b) => a + (b - mean) ** 2, 0);
  const magnitude = values.reduce((a, b) => a + Math.abs(b), 0);
  law(
    Math.abs(cell.sum - sum) <= SUM_TOLERANCE * magnitude,
    `cell ${name} has sum ${cell.sum}, its points ${sum}`,
  );
  const spread = SUM_TOLERANCE * magnitude * magnitude;
  law(Math.abs(cell.m2 - m2) <= spread, `cell ${name} has m2 ${cell.m2}, its points ${m2}`);
}
