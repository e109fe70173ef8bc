import { CellRun } from '../../native-free-core/cell/cell-run.js';
import { readRollupRun } from '../../native-free-core/cell/rollup-run.js';
import { CHUNK_CORRUPT, CHUNK_NEWER_VERSION, decodeChunkInto } from '../../native-free-core/codec/chunk.js';
import { CHUNK_POINTS_MAX } from '../../native-free-core/limits.js';
import { SEGMENT_RAW, SEGMENT_ROLLUP } from '../../native-free-core/segment/segment-layout.js';
import { SegmentReader } from '../../native-free-core/segment/segment-reader.js';
import type { ShardMap } from '../../native-free-core/series/refs.js';
import type { StoreFinding } from './findings.js';
import {
  generationOfLogKey,
  logKey,
  numberOfKey,
  parseSegmentKey,
  positionOfLogKey,
  type SegmentRange,
  tableEnd,
  tableKey,
} from './keys.js';
import { LogValueReader } from './log-value.js';
import { decodeGroupRecord, decodeProducerRecord, decodeShardRecord, decodeWindowRecord } from './records.js';
import { forEachSeries } from './series-page.js';
import type { StoreReader } from './shard-store.js';
import { forEachSpan } from './span-page.js';
import {
  PREFIX_SHARD,
  SHARD_LOG,
  SHARD_PRODUCER,
  SHARD_RECORD,
  TABLE_GROUP,
  TABLE_RAW,
  TABLE_ROLLUP_1M,
  TABLE_SERIES,
  TABLE_SPAN,
  TABLE_WINDOW,
} from './store-layout.js';

const MINUTE_MS = 60_000;

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
  readonly #segment = new SegmentReader();
  readonly #times = new Float64Array(CHUNK_POINTS_MAX);
  readonly #values = new Float64Array(CHUNK_POINTS_MAX);
  readonly #cells = new CellRun();
  #series = 0;
  #segments = 0;
  #blockPoints = 0;
  #logPoints = 0;
  #logValues = 0;

  constructor(store: StoreReader, shard: number) {
    this.#store = store;
    this.#shard = shard;
  }

  group(group: number): void {
    const { findings } = this;
    const stored = this.#store.get(tableKey(group, TABLE_GROUP));
    const record = stored === undefined ? undefined : decodeGroupRecord(stored);
    if (stored !== undefined && record === undefined)
      this.#found('group record', `group ${group}`, 'damaged');
    const before = findings.length;
    const points = this.#blockPoints;
    this.#pages(group);
    this.#eachSegment(group, TABLE_RAW, SEGMENT_RAW, (range, value) => this.#rawRun(range, value));
    this.#eachSegment(group, TABLE_ROLLUP_1M, SEGMENT_ROLLUP, (_, value) => this.#rollupRun(value));
    const found = this.#blockPoints - points;
    if (record === undefined) {
      if (found > 0 && stored === undefined)
        this.#found('group record', `group ${group}`, 'missing, though there are segments');
      return;
    }
    if (found !== record.storedPoints && findings.length === before) {
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
    const stored = this.#store.get(tableKey(PREFIX_SHARD, SHARD_RECORD));
    if (stored !== undefined && decodeShardRecord(stored) === undefined)
      this.#found('shard record', 'shard', 'damaged');
  }

  summary(): string {
    const count = (n: number, noun: string): string => `${n.toLocaleString('en-US')} ${noun}`;
    return [
      count(this.#series, 'series'),
      count(this.#segments, 'segments'),
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

  #eachSegment(
    group: number,
    table: number,
    kind: number,
    readRun: (range: SegmentRange, value: Uint8Array) => string | undefined,
  ): void {
    this.#store.forEach(tableKey(group, table), tableEnd(group, table), (key, value) => {
      this.#segments++;
      const range = parseSegmentKey(key);
      const where = `group ${group}, generation ${range.generation}, series ${range.firstNumber} to ${range.lastNumber}`;
      const status = this.#segment.open(value, kind, range.firstNumber);
      if (status !== 'ok') {
        this.#found('segment', where, status === 'newer' ? 'of a newer version' : 'damaged directory');
        return true;
      }
      while (this.#segment.next()) {
        const fault = readRun(range, value);
        if (fault !== undefined) this.#found('segment', `${where}, series ${this.#segment.number}`, fault);
      }
      return true;
    });
  }

  #rawRun(range: SegmentRange, value: Uint8Array): string | undefined {
    const { start, end, number } = this.#segment;
    const count = decodeChunkInto(value, start, end, this.#times, this.#values, 0);
    if (count === CHUNK_CORRUPT) return 'chunk with a wrong checksum';
    if (count < 0) return count === CHUNK_NEWER_VERSION ? 'chunk of a newer version' : 'malformed chunk';
    this.#blockPoints += count;
    if (number > range.lastNumber) return 'number beyond the range of its key';
    for (let i = 1; i < count; i++) if (this.#times[i]! < this.#times[i - 1]!) return 'times that descend';
    return this.#outOfRange(range, this.#times[0]!, this.#times[count - 1]!);
  }

  #rollupRun(value: Uint8Array): string | undefined {
    const { start, end } = this.#segment;
    this.#cells.reset();
    const status = readRollupRun(value, start, end, MINUTE_MS, this.#cells);
    if (status !== 'ok') return status === 'newer' ? 'cells of a newer version' : 'damaged cells';
    return undefined;
  }

  #outOfRange(range: SegmentRange, firstMs: number, lastMs: number): string | undefined {
    const isInside = Math.floor(firstMs) >= range.startMs && Math.floor(lastMs) <= range.endMs;
    return isInside ? undefined : 'times beyond the range of its key';
  }

  #found(what: string, where: string, done: string): void {
    this.findings.push({ shard: this.#shard, what, where, done });
  }
}
