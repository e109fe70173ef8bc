import { Cell } from '../../native-free-core/cell/cell.js';
import { windowStartOf } from '../../native-free-core/cell/window-start.js';
import { bucketIndex } from '../../native-free-core/histogram/bucket.js';
import { parseSegmentKey } from '../../src/store/keys.js';
import { TABLE_FRESH, TABLE_TIER } from '../../src/store/store-layout.js';
import { TIER_TABLES, type TierTable } from '../../src/store/tier-tables.js';
import type { MemoryStore } from './memory-store.js';
import { readPointSegment, readRollupSegment, type StoredRun } from './read-segment.js';
import { law } from './sim-failure.js';
import { StoredSegments, windowName } from './stored-segments.js';
import { type StoredTruth, truthOf } from './stored-truth.js';

/** What sums of doubles in another order may differ by, relative to the sum of magnitudes. */
const SUM_TOLERANCE = 1e-12;

interface Pair {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** What a window should say: the points that it must tell of, and all that it may. */
interface Wanted {
  readonly points: { timeMs: number; value: number }[];
  countMax: number;
  isExact: boolean;
}

/**
 * In every tier the cells of a shard's store and the fresh points, merged over their generations, say what all points say
 * that were ever stored and not deleted, computed the slow way: a list of points for each series and window. A window that has lost
 * some as it may tells of no more than there were.
 */
export function checkCells(store: MemoryStore, truth: StoredTruth): void {
  const segments = [...store.pairs()].filter(({ key }) => key[0]! < 16 && key[1]! >= TABLE_FRESH);
  segments.sort((a, b) => parseSegmentKey(a.key).generation - parseSegmentKey(b.key).generation);
  for (const tier of TIER_TABLES.slice(1)) {
    const found = readCells(segments, tier);
    const wanted = wantedOf(tier, truth);
    for (const [name, { points, countMax, isExact }] of wanted) {
      const cell = found.get(name);
      const count = cell?.count ?? 0;
      law(count <= countMax, () => `cell ${name} tells of ${count} points, there were ${countMax}`);
      if (!isExact) continue;
      law(count === points.length, () => `cell ${name} tells of ${count} points, there are ${points.length}`);
      if (cell !== undefined) checkCell(name, cell, points);
    }
    for (const name of found.keys())
      law(wanted.has(name), () => `cell ${name} tells of points that never were`);
  }
}

/** The same of a store in which nothing was lost and that holds just these points; and the tiers' records count what is there. */
export function checkRollups(store: MemoryStore, runs: readonly StoredRun[]): void {
  checkCells(store, truthOf(runs));
  const segments = new StoredSegments();
  const pairs = [...store.pairs()].filter(({ key }) => key[0]! < 16);
  const stored = pairs.filter(({ key }) => key[1]! >= TABLE_FRESH);
  segments.take(stored.map(({ key, value }) => ({ key, before: undefined, after: value })));
  const records = new Map(
    pairs.filter(({ key }) => key[1] === TABLE_TIER).map(({ key, value }) => [`${key[0]}/${key[2]}`, value]),
  );
  for (let group = 0; group < 16; group++) {
    for (const { tier } of TIER_TABLES) segments.checkRecord(group, tier, records.get(`${group}/${tier}`));
  }
}

function wantedOf(tier: TierTable, { history, losses }: StoredTruth): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const [series, points] of history.all()) {
    for (const { timeMs, value, fate } of points) {
      const name = windowName(tier, series, timeMs);
      let own = wanted.get(name);
      if (own === undefined) {
        const startMs = windowStartOf(timeMs, tier.windowMs);
        const isAtWork = losses.isAtWork(series, startMs, startMs + tier.windowMs);
        own = { points: [], countMax: 0, isExact: !isAtWork && !losses.isPartial(name) };
        wanted.set(name, own);
      }
      own.countMax++;
      if (fate === 'live') own.points.push({ timeMs, value });
      else if (fate === 'unsure') own.isExact = false;
    }
  }
  return wanted;
}

/** The cells of a tier by series and window. */
function readCells(segments: readonly Pair[], tier: TierTable): Map<string, Cell> {
  const found = new Map<string, Cell>();
  const cellOf = (series: string, timeMs: number): Cell => {
    const name = windowName(tier, series, timeMs);
    let cell = found.get(name);
    if (cell === undefined) found.set(name, (cell = new Cell()));
    return cell;
  };
  for (const { key, value } of segments) {
    const group = key[0]!;
    if (key[1] === TABLE_FRESH) {
      for (const { number, times, values } of readPointSegment(key, value)) {
        times.forEach((timeMs, i) => {
          cellOf(`${group}/${number}`, timeMs).add(timeMs, values[i]!);
        });
      }
    } else if (key[1] === tier.table) {
      readRollupSegment(key, value, tier, (number, cells) => {
        for (let i = 0; i < cells.length; i++)
          cells.mergeInto(i, cellOf(`${group}/${number}`, cells.windowStartMs[i]!));
      });
    }
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
