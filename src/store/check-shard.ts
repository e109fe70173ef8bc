import { assert } from '../../native-free-core/assert.js';
import type { ShardMap } from '../../native-free-core/series/refs.js';
import type { HashKey } from '../../native-free-core/series/siphash128.js';
import { LogChecker } from './check-log.js';
import { SegmentChecker } from './check-segments.js';
import { SeriesChecker } from './check-series.js';
import type { StoreFinding } from './findings.js';
import { decodeIntent } from './intent.js';
import { numberOfKey, tableEnd, tableKey } from './keys.js';
import {
  decodeGroupRecord,
  decodeProducerRecord,
  decodeShardRecord,
  decodeWindowRecord,
  emptyGroupRecord,
  type GroupRecord,
  type ShardRecord,
} from './records.js';
import type { StoreReader } from './shard-store.js';
import {
  PREFIX_SHARD,
  SHARD_INTENT,
  SHARD_PRODUCER,
  SHARD_RECORD,
  TABLE_GROUP,
  TABLE_WINDOW,
} from './store-layout.js';

/** What a shard is checked against. */
export interface CheckedShard {
  shard: number;
  map: ShardMap;
  hashKey: HashKey;
}

/**
 * Reads every value of a shard, a group at a time, in memory for one group's series: checksums, ranges, hashes, spans, counts,
 * that each tier is the merge of the finer one, and the conservation of points.
 */
export class ShardChecker {
  /** Points that are in blocks. */
  points = 0;
  findings = 0;
  readonly #store: StoreReader;
  readonly #of: CheckedShard;
  readonly #onFinding: (finding: StoreFinding) => void;
  readonly #segments: SegmentChecker;
  readonly #series: SeriesChecker;
  readonly #log: LogChecker;
  readonly #records: GroupRecord[] = [];
  #areRecordsWhole = true;

  constructor(store: StoreReader, of: CheckedShard, onFinding: (finding: StoreFinding) => void) {
    const report = (what: string, where: string, done: string): void => this.#found(what, where, done);
    this.#store = store;
    this.#of = of;
    this.#onFinding = onFinding;
    this.#segments = new SegmentChecker(store, report);
    this.#series = new SeriesChecker(store, of.hashKey, report);
    this.#log = new LogChecker(store, report);
  }

  /** The shard's groups, in the order in which they are to be checked. */
  get groups(): number[] {
    const { map, shard } = this.#of;
    return Array.from({ length: map.groupCount(shard) }, (_, i) => map.firstGroup(shard) + i);
  }

  group(group: number): void {
    const record = this.#groupRecord(group);
    const { numbers, isWhole: areNamesWhole } = this.#series.pages(group);
    const { points, isWhole, lastNumber } = this.#segments.group(group);
    this.#series.spans(group, this.#segments.extents);
    this.#eachOf(group, TABLE_WINDOW, 'producer window', (value) => decodeWindowRecord(value) !== undefined);
    this.points += points;
    if (areNamesWhole && lastNumber >= numbers)
      this.#found(
        'series page',
        `group ${group}`,
        `there are points of series ${lastNumber}, and ${numbers} series`,
      );
    if (record !== undefined && isWhole && points !== record.storedPoints) {
      const done = `its record counts ${record.storedPoints} points, its segments hold ${points}`;
      this.#found('conservation', `group ${group}`, done);
    }
    if (record === undefined && points > 0 && this.#areRecordsWhole)
      this.#found('group record', `group ${group}`, 'missing, though there are segments');
    this.#records.push(record ?? emptyGroupRecord());
  }

  /** After all groups: what belongs to the shard. */
  end(): void {
    const { shard, map } = this.#of;
    assert(this.#records.length === map.groupCount(shard), 'a shard is checked when its groups are');
    const records = this.#areRecordsWhole ? this.#records : [];
    this.#log.read(shard, map, records);
    this.#eachOf(
      PREFIX_SHARD,
      SHARD_PRODUCER,
      'producer',
      (value) => decodeProducerRecord(value) !== undefined,
    );
    this.#eachOf(
      PREFIX_SHARD,
      SHARD_INTENT,
      'intent to delete',
      (value) => decodeIntent(value) !== undefined,
    );
    const record = this.#shardRecord();
    if (record !== 'damaged') this.#log.checkConservation(record, records);
  }

  summary(): string {
    const count = (n: number, noun: string): string => `${n.toLocaleString('en-US')} ${noun}`;
    return [
      count(this.#series.series, 'series'),
      count(this.#segments.segments, 'segments'),
      count(this.points, 'points in blocks'),
      count(this.#log.points, `points in ${this.#log.values} values of the log`),
    ].join(', ');
  }

  #groupRecord(group: number): GroupRecord | undefined {
    const stored = this.#store.get(tableKey(group, TABLE_GROUP));
    if (stored === undefined) return undefined;
    const record = decodeGroupRecord(stored);
    if (record !== undefined) return record;
    this.#areRecordsWhole = false;
    this.#found('group record', `group ${group}`, 'damaged');
    return undefined;
  }

  #shardRecord(): ShardRecord | undefined | 'damaged' {
    const stored = this.#store.get(tableKey(PREFIX_SHARD, SHARD_RECORD));
    if (stored === undefined) return undefined;
    const record = decodeShardRecord(stored);
    if (record === undefined) this.#found('shard record', 'shard', 'damaged');
    return record ?? 'damaged';
  }

  #eachOf(prefix: number, table: number, what: string, isWhole: (value: Uint8Array) => boolean): void {
    const place = prefix === PREFIX_SHARD ? 'shard' : `group ${prefix}`;
    this.#store.forEach(tableKey(prefix, table), tableEnd(prefix, table), (key, value) => {
      if (!isWhole(value)) this.#found(what, `${place}, number ${numberOfKey(key)}`, 'damaged');
      return true;
    });
  }

  #found(what: string, where: string, done: string): void {
    this.findings++;
    this.#onFinding({ shard: this.#of.shard, what, where, done });
  }
}
