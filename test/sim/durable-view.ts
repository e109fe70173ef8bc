import type { ShardMap } from '../../native-free-core/series/refs.js';
import type { HashKey } from '../../native-free-core/series/siphash128.js';
import { numberOfKey, tierKey } from '../../src/store/keys.js';
import {
  decodeGroupRecord,
  decodeTierRecord,
  decodeWindowRecord,
  emptyGroupRecord,
  type GroupRecord,
} from '../../src/store/records.js';
import {
  PREFIX_SHARD,
  SHARD_INTENT,
  SHARD_LOG,
  SHARD_PRODUCER,
  TABLE_FRESH,
  TABLE_GROUP,
  TABLE_SERIES,
  TABLE_TIER,
  TABLE_WINDOW,
} from '../../src/store/store-layout.js';
import { RAW_TIER, TIER_TABLES } from '../../src/store/tier-tables.js';
import type { Keeping } from './keeping.js';
import { checkKey } from './key-check.js';
import { type LoggedPoint, LogView } from './log-view.js';
import { Losses, type LossMarks } from './losses.js';
import type { MemoryStore, StoreChange } from './memory-store.js';
import { countMax, isTimeOf, mustBeThere, type PointBook } from './point-book.js';
import { PointHistory } from './point-history.js';
import { SeriesLedger } from './series-ledger.js';
import { type BegunDelete, ShardDeletes } from './sim-delete.js';
import { law } from './sim-failure.js';
import { type SegmentChanges, StoredSegments } from './stored-segments.js';

/** The tables of segments, which all background work changes. */
const SEGMENT_TABLES = new Set([TABLE_FRESH, ...TIER_TABLES.map(({ table }) => table)]);

const isOfLog = ({ key }: StoreChange): boolean => key[0] === PREFIX_SHARD && key[1] === SHARD_LOG;
const isOfSegments = ({ key }: StoreChange): boolean =>
  key[0] !== PREFIX_SHARD && SEGMENT_TABLES.has(key[1]!);

/** What the view of a shard judges by. */
export interface ViewJudges {
  readonly book: PointBook;
  readonly keeping: Keeping;
  /** Counts crashes of the process. */
  epoch(): number;
}

/** What is known of a store besides its bytes, at one moment: all that it ever had, and what may be missing. */
export interface ViewTruth {
  readonly history: PointHistory;
  readonly marks: LossMarks;
  readonly begun: readonly BegunDelete[];
}

/**
 * What a reader with nothing but the formats finds in one shard's store, kept up to date with every transaction, whose
 * changes are judged as they come: each point is known, right and not there too often, none goes that may not, keys,
 * numbers and records are in order. It shares no code with the shard but what reads the formats.
 */
export class DurableView {
  readonly series: SeriesLedger;
  readonly segments = new StoredSegments();
  readonly history = new PointHistory();
  readonly deletes = new ShardDeletes();
  readonly keeping: Keeping;
  readonly losses: Losses;
  readonly log: LogView;
  readonly #shard: number;
  readonly #map: ShardMap;
  readonly #store: MemoryStore;
  readonly #book: PointBook;
  readonly #epoch: () => number;
  readonly #groups = new Map<number, GroupRecord>();
  readonly #raw = new Map<number, number>();
  readonly #windows = new Map<string, number>();

  // Five things that it looks at.
  constructor(shard: number, map: ShardMap, hashKey: HashKey, store: MemoryStore, judges: ViewJudges) {
    this.#shard = shard;
    this.#map = map;
    this.#store = store;
    this.#book = judges.book;
    this.#epoch = judges.epoch;
    this.keeping = judges.keeping;
    this.log = new LogView(shard, map);
    this.series = new SeriesLedger(hashKey);
    const { book, keeping } = judges;
    const { series, history, segments, deletes } = this;
    this.losses = new Losses({ book, series, history, segments, keeping, deletes });
    store.onCommit = (changes) => this.#onCommit(changes);
  }

  /** As it is now; what happens to the store later does not change it. */
  freeze(): ViewTruth {
    const history = new PointHistory();
    history.inherit(this.history, () => true);
    return { history, marks: this.losses.marks, begun: this.deletes.allBegun };
  }

  /**
   * Begins with a store that was made from others: reads all that it has, and takes over what is known of them besides, each for
   * the groups that are this shard's.
   */
  adopt(truths: readonly ViewTruth[]): void {
    const changes = [...this.#store.pairs()].map(({ key, value }) => ({
      key,
      before: undefined,
      after: value,
    }));
    const first = this.#map.firstGroup(this.#shard);
    const end = first + this.#map.groupCount(this.#shard);
    const owns = (series: string): boolean => {
      const group = Number.parseInt(series, 10);
      return group >= first && group < end;
    };
    for (const { history, marks } of truths) {
      this.history.inherit(history, owns);
      this.losses.inherit(marks, owns);
    }
    const isIntent = ({ key }: StoreChange): boolean => key[0] === PREFIX_SHARD && key[1] === SHARD_INTENT;
    const begun = truths.flatMap((truth) => truth.begun);
    for (const change of changes.filter(isIntent)) this.deletes.inherit(change, begun);
    const rest = changes.filter((change) => !isIntent(change));
    for (const change of rest) this.#takeIndex(change);
    for (const { key, after } of rest) {
      if (key[0] === PREFIX_SHARD || key[1] !== TABLE_WINDOW) continue;
      this.log.restore(key[0]!, numberOfKey(key), decodeWindowRecord(after)!);
    }
    for (const change of rest) if (isOfLog(change)) this.#takeLog(change, new Set());
    const { fresh, moved } = this.segments.take(rest.filter(isOfSegments));
    for (const { values } of fresh) for (const value of values) this.#add(value, 1);
    for (const { place, by } of moved) if (place.tier.tier === RAW_TIER) this.#add(place.value, by);
    this.losses.points = this.expiredPoints;
    this.#checkRecords(rest);
  }

  #add(value: number, count: number): void {
    this.#raw.set(value, (this.#raw.get(value) ?? 0) + count);
  }

  /** How often a value can be found: in blocks, and in the log where no block has it yet. */
  count(value: number): number {
    let count = this.#raw.get(value) ?? 0;
    for (const point of this.log.pointsOf(value)) if (this.isOpen(point)) count++;
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
    for (const point of this.log.points()) if (this.isOpen(point)) yield point;
  }

  get storedPoints(): number {
    return this.#sum(({ storedPoints }) => storedPoints);
  }

  /** Points that were in blocks and have gone. */
  get expiredPoints(): number {
    return this.#sum(({ expiredPoints }) => expiredPoints);
  }

  #sum(of: (record: GroupRecord) => number): number {
    let sum = 0;
    for (const record of this.#groups.values()) sum += of(record);
    return sum;
  }

  #onCommit(changes: readonly StoreChange[]): void {
    const touched = new Set<number>();
    const segments: StoreChange[] = [];
    const ended = changes.map((change) => this.#takeIndex(change));
    for (const change of changes) {
      if (isOfLog(change)) this.#takeLog(change, touched);
      else if (isOfSegments(change)) segments.push(change);
    }
    if (segments.length > 0) this.#takeSegments(segments, touched);
    this.#checkRecords(changes);
    for (const value of touched) {
      const point = this.#book.get(value)!;
      const count = this.count(value);
      law(count <= countMax(point), () => `value ${value} of ${point.series} is there ${count} times`);
      law(count > 0 || !mustBeThere(point, this.#epoch()), () => `value ${value} of ${point.series} is gone`);
    }
    for (const each of ended) if (each !== undefined) this.losses.end(each, (value) => this.count(value));
  }

  /** What says where points belong, before any point of the same transaction is looked at. Answers the delete that ends. */
  #takeIndex(change: StoreChange): ReturnType<ShardDeletes['take']> {
    const { key, before, after } = change;
    checkKey(key, this.#shard, this.#map);
    const [prefix, table] = [key[0]!, key[1]!];
    if (prefix === PREFIX_SHARD) {
      if (table === SHARD_INTENT) return this.deletes.take(change, this.#book.tick());
      if (table === SHARD_PRODUCER && before !== undefined) {
        law(Buffer.compare(before, after ?? new Uint8Array()) === 0, 'a producer number got another name');
      }
      return undefined;
    }
    if (SEGMENT_TABLES.has(table)) return undefined;
    law(after !== undefined, `a key of table ${table} was removed`);
    if (table === TABLE_SERIES) this.series.takePage(prefix, numberOfKey(key), after);
    else if (table === TABLE_TIER) law(decodeTierRecord(after) !== undefined, 'a tier record does not read');
    else if (table === TABLE_WINDOW) this.#takeWindow(prefix, numberOfKey(key), after);
    else if (table === TABLE_GROUP) this.#takeGroup(prefix, after);
    return undefined;
  }

  #takeGroup(group: number, value: Uint8Array): void {
    const record = decodeGroupRecord(value);
    law(record !== undefined, 'a group record does not read');
    const before = this.groupRecord(group);
    law(record.expiredPoints >= before.expiredPoints, 'a group has fewer points that went');
    const all = ({ storedPoints, expiredPoints }: GroupRecord): number => storedPoints + expiredPoints;
    law(all(record) >= all(before), 'a group has fewer points stored than it had, and not for their age');
    this.#groups.set(group, record);
  }

  #takeWindow(group: number, producer: number, value: Uint8Array): void {
    const record = decodeWindowRecord(value);
    law(record !== undefined, 'a window record does not read');
    const name = `${group}/${producer}`;
    law(record.contiguous >= (this.#windows.get(name) ?? 0), 'a window goes back');
    this.#windows.set(name, record.contiguous);
  }

  #takeLog(change: StoreChange, touched: Set<number>): void {
    for (const { value, timeMs, group, number } of this.log.take(change)) {
      if (change.after !== undefined) this.#checkPoint(value, timeMs, group, number);
      touched.add(value);
    }
  }

  #takeSegments(changes: readonly StoreChange[], touched: Set<number>): void {
    const taken: SegmentChanges = this.segments.take(changes);
    for (const { group, number, times, values } of taken.fresh) {
      values.forEach((value, i) => {
        const timeMs = times[i]!;
        this.#checkPoint(value, timeMs, group, number);
        this.history.add({ group, number, timeMs, value });
        this.#add(value, 1);
        touched.add(value);
      });
    }
    for (const { place, by } of taken.moved) {
      if (place.tier.tier !== RAW_TIER || by === 0) continue;
      this.#add(place.value, by);
      touched.add(place.value);
    }
    this.losses.take(taken);
  }

  /** The records of tiers whose segments or records have changed tell what is there. */
  #checkRecords(changes: readonly StoreChange[]): void {
    const places = new Set<string>();
    for (const { key } of changes) {
      if (key[0] === PREFIX_SHARD) continue;
      const tier = TIER_TABLES.find(({ table }) => table === key[1]);
      if (key[1] === TABLE_TIER) places.add(`${key[0]}/${key[2]}`);
      else if (tier !== undefined) places.add(`${key[0]}/${tier.tier}`);
    }
    for (const place of places) {
      const [group, tier] = place.split('/').map(Number) as [number, number];
      this.segments.checkRecord(group, tier, this.#store.peek(tierKey(group, tier)));
    }
  }

  #checkPoint(value: number, timeMs: number, group: number, number: number): void {
    const point = this.#book.get(value);
    law(point !== undefined && point.accepted > 0, () => `value ${value} was stored and never taken`);
    const text = this.series.textOf(group, number);
    law(text === point.series, () => `value ${value} of ${point.series} was stored as ${text}`);
    law(isTimeOf(point, timeMs), () => `value ${value} was stored at ${timeMs}, not ${point.timeMs}`);
  }
}
