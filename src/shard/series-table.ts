import { assert } from '../../native-free-core/assert.js';
import {
  SERIES_HASH,
  SERIES_KEY,
  SERIES_KEY_BYTES,
  SERIES_SLOT,
} from '../../native-free-core/entry/entry-layout.js';
import type { EntryViews, HeadWriter } from '../../native-free-core/head/head-writer.js';
import type { RetentionPolicy } from '../../native-free-core/retention/retention-policy.js';
import type { ShardMap } from '../../native-free-core/series/refs.js';
import { nameEnd, nameStart } from '../../native-free-core/series/series-key.js';
import { numberedKey } from '../store/keys.js';
import { pageOfNumber, SeriesPageBuilder } from '../store/series-page.js';
import type { StoreReader, StoreWriter } from '../store/shard-store.js';
import { TABLE_SERIES } from '../store/store-layout.js';

/**
 * What a shard knows of its series besides their lines: how many each group has, and a number for each metric name,
 * counted from 0 in order of arrival, for the live windows. The series themselves lie on disk, in pages; those that the
 * running cycle adds to are kept until its transaction is durable.
 */
export class SeriesTable {
  readonly #shard: number;
  readonly #map: ShardMap;
  readonly #groupCounts: Int32Array;
  readonly #metrics = new Map<string, number>();
  readonly #metricSeries: number[] = [];
  readonly #metricClasses: number[] = [];
  readonly #pages = new Map<string, { key: Uint8Array; builder: SeriesPageBuilder }>();
  #count = 0;

  readonly #retention: RetentionPolicy | undefined;

  /** Without a retention all series are of class 0. */
  constructor(shard: number, map: ShardMap, retention?: RetentionPolicy) {
    this.#retention = retention;
    this.#shard = shard;
    this.#map = map;
    this.#groupCounts = new Int32Array(map.groupCount(shard));
  }

  get count(): number {
    return this.#count;
  }

  /** Each metric's name and number of series. */
  *metricCounts(): Generator<[name: string, series: number]> {
    for (const [name, metric] of this.#metrics) yield [name, this.#metricSeries[metric]!];
  }

  /** The retention class of a metric, by the number that its series' lines have. */
  classOfMetric(metric: number): number {
    return this.#metricClasses[metric]!;
  }

  /** Numbers given in a group, by its number in the folder. */
  groupCount(group: number): number {
    return this.#groupCounts[group - this.#map.firstGroup(this.#shard)]!;
  }

  /** Numbers below `count` are taken in a group, whether or not their series could be read. */
  reserveNumbers(group: number, count: number): void {
    const at = group - this.#map.firstGroup(this.#shard);
    this.#groupCounts[at] = Math.max(this.#groupCounts[at]!, count);
  }

  /** Takes a stored series; answers its metric. The canonical bytes begin at `keyOffset` of `bytes`. */
  restore(head: HeadWriter, group: number, number: number, bytes: Uint8Array, keyOffset: number): number {
    this.reserveNumbers(group, number + 1);
    const metric = this.#metricOf(bytes, keyOffset);
    head.define(this.#map.slotOf(group, number), metric);
    this.#count++;
    return metric;
  }

  /** Defines the series of an entry and adds it to its page. Does nothing when it is known, as after a replay. */
  defineFromEntry(head: HeadWriter, source: EntryViews, offset: number, store: StoreReader): void {
    const slot = source.u32[(offset + SERIES_SLOT) >> 2]!;
    if (head.isDefined(slot)) return;
    const group = this.#map.groupOfSlot(this.#shard, slot);
    const number = this.#map.numberOfSlot(this.#shard, slot);
    assert(number >= this.groupCount(group), 'a series number is given twice');
    this.reserveNumbers(group, number + 1);
    head.define(slot, this.#metricOf(source.u8, offset + SERIES_KEY));
    this.#count++;
    const keyBytes = source.u32[(offset + SERIES_KEY_BYTES) >> 2]!;
    this.#page(group, number, store).add(
      number,
      source.u8,
      offset + SERIES_HASH,
      offset + SERIES_KEY,
      keyBytes,
    );
  }

  /** Puts the pages that changed into the transaction. */
  write(writer: StoreWriter): void {
    for (const { key, builder } of this.#pages.values()) writer.put(key, builder.seal());
  }

  /** The transaction is durable. */
  committed(): void {
    this.#pages.clear();
  }

  #page(group: number, number: number, store: StoreReader): SeriesPageBuilder {
    const page = pageOfNumber(number);
    const name = `${group}/${page}`;
    let open = this.#pages.get(name);
    if (open === undefined) {
      const key = numberedKey(group, TABLE_SERIES, page);
      open = { key, builder: new SeriesPageBuilder(store.get(key)) };
      this.#pages.set(name, open);
    }
    return open.builder;
  }

  /** The number of a series' metric; counts the series to it. */
  #metricOf(bytes: Uint8Array, keyOffset: number): number {
    // A copy, because Buffer's decoder takes no shared memory.
    const name = Buffer.from(bytes.slice(nameStart(keyOffset), nameEnd(bytes, keyOffset))).toString('utf8');
    let metric = this.#metrics.get(name);
    if (metric === undefined) {
      metric = this.#metrics.size;
      this.#metrics.set(name, metric);
      this.#metricSeries.push(0);
      this.#metricClasses.push(this.#retention?.classOf(name) ?? 0);
    }
    this.#metricSeries[metric]!++;
    return metric;
  }
}
