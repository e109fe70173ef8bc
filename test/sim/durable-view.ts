import {
  POINTS_BASE_MS,
  POINTS_COUNT,
  POINTS_SLOTS,
  pointsTimesOffset,
  pointsValuesOffset,
  TIMES_BASE,
  TIMES_DELTA,
  timeFormOf,
} from '../../native-free-core/entry/entry-layout.js';
import type { EntryViews } from '../../native-free-core/head/head-writer.js';
import type { ShardMap } from '../../native-free-core/series/refs.js';
import type { HashKey } from '../../native-free-core/series/siphash128.js';
import { generationOfLogKey, numberOfKey } from '../../src/store/keys.js';
import { LogValueReader } from '../../src/store/log-value.js';
import {
  decodeGroupRecord,
  decodeTierRecord,
  decodeWindowRecord,
  emptyGroupRecord,
  type GroupRecord,
} from '../../src/store/records.js';
import {
  PREFIX_SHARD,
  SHARD_LOG,
  SHARD_PRODUCER,
  TABLE_GROUP,
  TABLE_SERIES,
  TABLE_TIER,
  TABLE_WINDOW,
} from '../../src/store/store-layout.js';
import { POINT_TABLES, TIER_TABLES } from '../../src/store/tier-tables.js';
import { checkKey } from './key-check.js';
import type { MemoryStore, StoreChange } from './memory-store.js';
import { countMax, isTimeOf, mustBeThere, type PointBook } from './point-book.js';
import { readPointSegment, type StoredRun } from './read-segment.js';
import { SeriesLedger } from './series-ledger.js';
import { law } from './sim-failure.js';

/** The tables of segments, which compactions and merges change. */
const SEGMENT_TABLES = new Set([...POINT_TABLES, ...TIER_TABLES.map(({ table }) => table)]);

/** A point of the log and where it lies. */
export interface LoggedPoint {
  readonly value: number;
  readonly timeMs: number;
  readonly slot: number;
  readonly generation: number;
  readonly group: number;
  readonly number: number;
}

/**
 * What a reader with nothing but the formats finds in one shard's store, kept up to date with every transaction, whose
 * changes are judged as they come: each point is known, right and not there too often, none is taken away, keys and
 * numbers are in order. It shares no code with the shard but what reads the formats.
 */
export class DurableView {
  readonly series: SeriesLedger;
  rawPoints = 0;
  /** What each segment of points holds, by its key. */
  readonly #segments = new Map<string, StoredRun[]>();
  readonly #shard: number;
  readonly #map: ShardMap;
  readonly #book: PointBook;
  readonly #epoch: () => number;
  readonly #groups = new Map<number, GroupRecord>();
  readonly #raw = new Map<number, number>();
  readonly #log = new Map<string, LoggedPoint[]>();
  readonly #logged = new Map<number, LoggedPoint[]>();
  readonly #windows = new Map<string, number>();
  readonly #reader = new LogValueReader();

  // Five things that it looks at; `epoch` counts crashes of the process.
  constructor(
    shard: number,
    map: ShardMap,
    hashKey: HashKey,
    store: MemoryStore,
    judge: { book: PointBook; epoch: () => number },
  ) {
    this.#shard = shard;
    this.#map = map;
    this.#book = judge.book;
    this.#epoch = judge.epoch;
    this.series = new SeriesLedger(hashKey);
    store.onCommit = (changes) => this.#onCommit(changes);
  }

  /** How often a value can be found: in blocks, and in the log where no block has it yet. */
  count(value: number): number {
    let count = this.#raw.get(value) ?? 0;
    for (const point of this.#logged.get(value) ?? []) if (this.isOpen(point)) count++;
    return count;
  }

  /** Whether a point of the log is not in blocks, by the record of its group. */
  isOpen(point: { readonly generation: number; readonly group: number; readonly number: number }): boolean {
    const { storedGeneration, partialBound } = this.groupRecord(point.group);
    if (storedGeneration >= point.generation) return false;
    return storedGeneration < point.generation - 1 || point.number >= partialBound;
  }

  groupRecord(group: number): GroupRecord {
    return this.#groups.get(group) ?? emptyGroupRecord();
  }

  /** The points that the log alone has. */
  *openPoints(): Generator<LoggedPoint> {
    for (const points of this.#log.values()) for (const point of points) if (this.isOpen(point)) yield point;
  }

  /** Every stored point, in the order of arrival but for those of one run. */
  get runs(): StoredRun[] {
    return [...this.#segments.values()].flat().sort((a, b) => a.generation - b.generation);
  }

  get logValues(): number {
    return this.#log.size;
  }

  get storedPoints(): number {
    let stored = 0;
    for (const record of this.#groups.values()) stored += record.storedPoints;
    return stored;
  }

  #onCommit(changes: readonly StoreChange[]): void {
    const touched = new Set<number>();
    for (const change of changes) this.#takeIndex(change);
    for (const change of changes) this.#takePoints(change, touched);
    for (const value of touched) {
      const point = this.#book.get(value)!;
      const count = this.count(value);
      law(count <= countMax(point), () => `value ${value} of ${point.series} is there ${count} times`);
      law(count > 0 || !mustBeThere(point, this.#epoch()), () => `value ${value} of ${point.series} is gone`);
    }
  }

  /** What says where points belong, before any point of the same transaction is looked at. */
  #takeIndex({ key, before, after }: StoreChange): void {
    checkKey(key, this.#shard, this.#map);
    const [prefix, table] = [key[0]!, key[1]!];
    if (prefix === PREFIX_SHARD) {
      if (table === SHARD_PRODUCER && before !== undefined) {
        law(Buffer.compare(before, after ?? new Uint8Array()) === 0, 'a producer number got another name');
      }
      return;
    }
    if (SEGMENT_TABLES.has(table)) return;
    law(after !== undefined, `a key of table ${table} was removed`);
    if (table === TABLE_SERIES) this.series.takePage(prefix, numberOfKey(key), after);
    else if (table === TABLE_TIER) law(decodeTierRecord(after) !== undefined, 'a tier record does not read');
    else if (table === TABLE_WINDOW) this.#takeWindow(prefix, numberOfKey(key), after);
    else if (table === TABLE_GROUP) {
      const record = decodeGroupRecord(after);
      law(record !== undefined, 'a group record does not read');
      law(record.storedPoints >= this.groupRecord(prefix).storedPoints, 'a group has fewer points stored');
      this.#groups.set(prefix, record);
    }
  }

  #takeWindow(group: number, producer: number, value: Uint8Array): void {
    const record = decodeWindowRecord(value);
    law(record !== undefined, 'a window record does not read');
    const name = `${group}/${producer}`;
    law(record.contiguous >= (this.#windows.get(name) ?? 0), 'a window goes back');
    this.#windows.set(name, record.contiguous);
  }

  #takePoints({ key, before, after }: StoreChange, touched: Set<number>): void {
    const [prefix, table] = [key[0]!, key[1]!];
    if (prefix === PREFIX_SHARD && table === SHARD_LOG) {
      const name = Buffer.from(key).toString('hex');
      law(before === undefined || after === undefined, 'a value of the log was overwritten');
      if (after !== undefined) this.#addLog(name, generationOfLogKey(key), after, touched);
      else this.#removeLog(name, touched);
    } else if (prefix !== PREFIX_SHARD && SEGMENT_TABLES.has(table)) {
      law(before === undefined || after === undefined, `a segment of table ${table} was overwritten`);
      if (!POINT_TABLES.includes(table)) return;
      const name = Buffer.from(key).toString('hex');
      if (after !== undefined) this.#addPoints(name, key, after, touched);
      else this.#removePoints(name, touched);
    }
  }

  #addPoints(name: string, key: Uint8Array, value: Uint8Array, touched: Set<number>): void {
    const runs = readPointSegment(key, value);
    this.#segments.set(name, runs);
    for (const { group, number, times, values } of runs) {
      this.rawPoints += values.length;
      values.forEach((v, i) => {
        this.#checkPoint(v, times[i]!, group, number);
        this.#raw.set(v, (this.#raw.get(v) ?? 0) + 1);
        touched.add(v);
      });
    }
  }

  #removePoints(name: string, touched: Set<number>): void {
    for (const { values } of this.#segments.get(name) ?? []) {
      this.rawPoints -= values.length;
      for (const v of values) {
        this.#raw.set(v, this.#raw.get(v)! - 1);
        touched.add(v);
      }
    }
    this.#segments.delete(name);
  }

  #addLog(name: string, generation: number, value: Uint8Array, touched: Set<number>): void {
    law(this.#reader.open(value), 'a value of the log does not read');
    const points: LoggedPoint[] = [];
    for (let entry = this.#reader.next(); entry !== undefined; entry = this.#reader.next()) {
      forEachPoint(entry, (slot, timeMs, v) => {
        const group = this.#map.groupOfSlot(this.#shard, slot);
        const number = this.#map.numberOfSlot(this.#shard, slot);
        this.#checkPoint(v, timeMs, group, number);
        const point = { value: v, timeMs, slot, generation, group, number };
        points.push(point);
        const same = this.#logged.get(v);
        if (same === undefined) this.#logged.set(v, [point]);
        else same.push(point);
        touched.add(v);
      });
    }
    law(
      points.length === this.#reader.points,
      'a value of the log says another number of points than it holds',
    );
    this.#log.set(name, points);
  }

  #removeLog(name: string, touched: Set<number>): void {
    for (const point of this.#log.get(name) ?? []) {
      const rest = this.#logged.get(point.value)!.filter((other) => other !== point);
      if (rest.length === 0) this.#logged.delete(point.value);
      else this.#logged.set(point.value, rest);
      touched.add(point.value);
    }
    this.#log.delete(name);
  }

  #checkPoint(value: number, timeMs: number, group: number, number: number): void {
    const point = this.#book.get(value);
    law(point !== undefined && point.accepted > 0, () => `value ${value} was stored and never taken`);
    const text = this.series.textOf(group, number);
    law(text === point.series, () => `value ${value} of ${point.series} was stored as ${text}`);
    law(isTimeOf(point, timeMs), () => `value ${value} was stored at ${timeMs}, not ${point.timeMs}`);
  }
}

/** Walks the points of a points entry at the begin of `entry`. */
function forEachPoint(entry: EntryViews, visit: (slot: number, timeMs: number, value: number) => void): void {
  const { u32, i32, f64 } = entry;
  const count = u32[POINTS_COUNT >> 2]!;
  const form = timeFormOf(u32[1]!);
  const baseMs = f64[POINTS_BASE_MS >> 3]!;
  const times = pointsTimesOffset(count);
  const values = pointsValuesOffset(count, form) >> 3;
  for (let i = 0; i < count; i++) {
    const timeMs =
      form === TIMES_BASE
        ? baseMs
        : form === TIMES_DELTA
          ? baseMs + i32[(times >> 2) + i]!
          : f64[(times >> 3) + i]!;
    visit(u32[(POINTS_SLOTS >> 2) + i]!, timeMs, f64[values + i]!);
  }
}
