import type { ShardMap } from '../../native-free-core/series/refs.js';
import { SegmentChecker } from './check-segments.js';
import type { StoreFinding } from './findings.js';
import { decodeIntent } from './intent.js';
import { generationOfLogKey, logKey, numberOfKey, positionOfLogKey, tableEnd, tableKey } from './keys.js';
import { LogValueReader } from './log-value.js';
import { decodeGroupRecord, decodeProducerRecord, decodeShardRecord, decodeWindowRecord } from './records.js';
import { forEachSeries } from './series-page.js';
import type { StoreReader } from './shard-store.js';
import { forEachSpan } from './span-page.js';
import {
  PREFIX_SHARD,
  SHARD_INTENT,
  SHARD_LOG,
  SHARD_PRODUCER,
  SHARD_RECORD,
  TABLE_GROUP,
  TABLE_SERIES,
  TABLE_SPAN,
  TABLE_WINDOW,
} from './store-layout.js';

export interface ShardCheck {
  findings: StoreFinding[];
  /** What is there, in a sentence. */
  summary: string;
}

/** Reads every value of a shard: checksums, ranges, counts, and the conservation of points at rest. */
export function checkShard(store: StoreReader, shard: number, map: ShardMap): ShardCheck {
  const check = new ShardChecker(store, shard);
  const first = map.firstGroup(shard);
  for (let group = first; group < first + map.groupCount(shard); group++) check.group(group);
  check.log();
  return { findings: check.findings, summary: check.summary() };
}

class ShardChecker {
  readonly findings: StoreFinding[] = [];
  readonly #store: StoreReader;
  readonly #shard: number;
  readonly #segments: SegmentChecker;
  #series = 0;
  #blockPoints = 0;
  #logPoints = 0;
  #logValues = 0;

  constructor(store: StoreReader, shard: number) {
    this.#store = store;
    this.#shard = shard;
    this.#segments = new SegmentChecker(store, (what, where, done) => this.#found(what, where, done));
  }

  group(group: number): void {
    const stored = this.#store.get(tableKey(group, TABLE_GROUP));
    const record = stored === undefined ? undefined : decodeGroupRecord(stored);
    if (stored !== undefined && record === undefined)
      this.#found('group record', `group ${group}`, 'damaged');
    this.#pages(group);
    const { points: found, isWhole } = this.#segments.group(group);
    this.#blockPoints += found;
    if (record === undefined) {
      if (found > 0 && stored === undefined)
        this.#found('group record', `group ${group}`, 'missing, though there are segments');
      return;
    }
    if (found !== record.storedPoints && isWhole) {
      const done = `its record counts ${record.storedPoints} points, its segments hold ${found}`;
      this.#found('conservation', `group ${group}`, done);
    }
  }

  log(): void {
    const value = new LogValueReader();
    let expected = -1;
    this.#store.forEach(logKey(0, 0), tableEnd(PREFIX_SHARD, SHARD_LOG), (key, stored) => {
      const where = `generation ${generationOfLogKey(key)}, position ${positionOfLogKey(key)}`;
      this.#logValues++;
      if (!value.open(stored)) {
        this.#found('log value', where, 'damaged: its points are lost unless their producer still has them');
        expected = -1;
        return true;
      }
      if (expected >= 0 && value.acceptedPoints - value.points !== expected) {
        this.#found(
          'log value',
          where,
          `follows ${expected} points, not ${value.acceptedPoints - value.points}`,
        );
      }
      expected = value.acceptedPoints;
      this.#logPoints += value.points;
      return true;
    });
    this.#eachOf(
      PREFIX_SHARD,
      SHARD_PRODUCER,
      'producer',
      (_, record) => decodeProducerRecord(record) !== undefined,
    );
    this.#eachOf(
      PREFIX_SHARD,
      SHARD_INTENT,
      'intent to delete',
      (_, record) => decodeIntent(record) !== undefined,
    );
    const stored = this.#store.get(tableKey(PREFIX_SHARD, SHARD_RECORD));
    if (stored !== undefined && decodeShardRecord(stored) === undefined)
      this.#found('shard record', 'shard', 'damaged');
  }

  summary(): string {
    const count = (n: number, noun: string): string => `${n.toLocaleString('en-US')} ${noun}`;
    return [
      count(this.#series, 'series'),
      count(this.#segments.segments, 'segments'),
      count(this.#blockPoints, 'points in blocks'),
      count(this.#logPoints, `points in ${this.#logValues} values of the log`),
    ].join(', ');
  }

  #pages(group: number): void {
    this.#eachOf(group, TABLE_SERIES, 'series page', (key, value) =>
      forEachSeries(value, numberOfKey(key), () => {
        this.#series++;
      }),
    );
    this.#eachOf(group, TABLE_SPAN, 'span page', (key, value) =>
      forEachSpan(value, numberOfKey(key), () => {}),
    );
    this.#eachOf(
      group,
      TABLE_WINDOW,
      'producer window',
      (_, value) => decodeWindowRecord(value) !== undefined,
    );
  }

  #eachOf(
    group: number,
    table: number,
    what: string,
    isWhole: (key: Uint8Array, value: Uint8Array) => boolean,
  ): void {
    this.#store.forEach(tableKey(group, table), tableEnd(group, table), (key, value) => {
      if (!isWhole(key, value)) this.#found(what, `group ${group}, number ${numberOfKey(key)}`, 'damaged');
      return true;
    });
  }

  #found(what: string, where: string, done: string): void {
    this.findings.push({ shard: this.#shard, what, where, done });
  }
}
