import { Cell } from '../../native-free-core/cell/cell.js';
import { windowStartOf } from '../../native-free-core/cell/window-start.js';
import { bucketIndex } from '../../native-free-core/histogram/bucket.js';
import { parseSegmentKey } from '../../src/store/keys.js';
import { decodeTierRecord, emptyTierRecord } from '../../src/store/records.js';
import { TABLE_FRESH, TABLE_TIER } from '../../src/store/store-layout.js';
import { TIER_TABLES, type TierTable } from '../../src/store/tier-tables.js';
import type { MemoryStore } from './memory-store.js';
import { readPointSegment, readRollupSegment, type StoredRun } from './read-segment.js';
import { law } from './sim-failure.js';

/** What sums of doubles in another order may differ by, relative to the sum of magnitudes. */
const SUM_TOLERANCE = 1e-12;

interface Pair {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/**
 * In every tier the cells of a shard's store and the fresh points, merged over their generations, say what all its
 * points say, computed the slow way: a list of points for each series and window. And the tiers' records count what is there.
 */
export function checkRollups(store: MemoryStore, raw: readonly StoredRun[]): void {
  const segments = [...store.pairs()].filter(({ key }) => key[0]! < 16 && key[1]! >= TABLE_FRESH);
  segments.sort((a, b) => parseSegmentKey(a.key).generation - parseSegmentKey(b.key).generation);
  const records = recordsOf(store);
  for (const tier of TIER_TABLES) {
    const counts = new Map<string, number[]>();
    const found = readCells(segments, tier, counts);
    checkRecords(tier, counts, records);
    if (tier.windowMs > 0) checkTier(tier, found, raw);
  }
}

function checkTier(tier: TierTable, found: ReadonlyMap<string, Cell>, raw: readonly StoredRun[]): void {
  const expected = new Map<string, { timeMs: number; value: number }[]>();
  for (const { group, number, times, values } of raw) {
    times.forEach((timeMs, i) => {
      const name = `${group}/${number}/${windowStartOf(timeMs, tier.windowMs)}`;
      const points = expected.get(name) ?? [];
      points.push({ timeMs, value: values[i]! });
      expected.set(name, points);
    });
  }
  const text = `there are ${found.size} windows of ${tier.name} in cells, ${expected.size} in points`;
  law(found.size === expected.size, text);
  for (const [name, cell] of found) checkCell(`${tier.name} ${name}`, cell, expected.get(name) ?? []);
}

/** The cells of a tier by group, series and window; counts what of each group is in its table. */
function readCells(
  segments: readonly Pair[],
  tier: TierTable,
  counts: Map<string, number[]>,
): Map<string, Cell> {
  const found = new Map<string, Cell>();
  const cellOf = (group: number, number: number, windowStartMs: number): Cell => {
    const name = `${group}/${number}/${windowStartMs}`;
    let cell = found.get(name);
    if (cell === undefined) found.set(name, (cell = new Cell()));
    return cell;
  };
  for (const { key, value } of segments) {
    const group = key[0]!;
    let rows = 0;
    if (key[1] === TABLE_FRESH && tier.windowMs > 0) {
      for (const { number, times, values } of readPointSegment(key, value)) {
        times.forEach((timeMs, i) => {
          cellOf(group, number, windowStartOf(timeMs, tier.windowMs)).add(timeMs, values[i]!);
        });
      }
    }
    if (key[1] !== tier.table) continue;
    if (tier.windowMs === 0)
      rows = readPointSegment(key, value).reduce((sum, { values }) => sum + values.length, 0);
    else {
      readRollupSegment(key, value, tier, (number, cells) => {
        rows += cells.length;
        for (let i = 0; i < cells.length; i++)
          cells.mergeInto(i, cellOf(group, number, cells.windowStartMs[i]!));
      });
    }
    const name = `${group}/${tier.tier}`;
    const [count, bytes, before] = counts.get(name) ?? [0, 0, 0];
    counts.set(name, [count! + 1, bytes! + value.length, before! + rows]);
  }
  return found;
}

function recordsOf(store: MemoryStore): Map<string, number[]> {
  const records = new Map<string, number[]>();
  for (const { key, value } of store.pairs()) {
    if (key[0]! >= 16 || key[1] !== TABLE_TIER) continue;
    const { segments, bytes, rows } = decodeTierRecord(value) ?? emptyTierRecord();
    records.set(`${key[0]}/${key[2]}`, [segments, bytes, rows]);
  }
  return records;
}

function checkRecords(
  tier: TierTable,
  counts: ReadonlyMap<string, number[]>,
  records: ReadonlyMap<string, number[]>,
): void {
  for (let group = 0; group < 16; group++) {
    const name = `${group}/${tier.tier}`;
    const [wanted, said] = [counts.get(name) ?? [0, 0, 0], records.get(name) ?? [0, 0, 0]];
    law(wanted.join() === said.join(), `tier ${name} holds ${wanted.join()}, its record says ${said.join()}`);
  }
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
