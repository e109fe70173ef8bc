import type { ShardMap } from '../../native-free-core/series/refs.js';
import {
  findLabelValue,
  forEachLabel,
  nameEnd,
  nameStart,
  textEnd,
} from '../../native-free-core/series/series-key.js';
import { numberedKey, numberOfKey, tableEnd } from '../store/keys.js';
import { forEachSeries, pageOfNumber } from '../store/series-page.js';
import type { StoreReader } from '../store/shard-store.js';
import { TABLE_SERIES } from '../store/store-layout.js';
import { KeyHeap } from './key-heap.js';
import type { SeriesConditions } from './label-matcher.js';
import { U32List } from './u32-list.js';

/** Series of one metric by the value of one label; built when it is first asked for, then grown. */
interface LabelPostings {
  /** Ids by value, ascending. */
  ids: Map<string, number[]>;
  /** Ids of the metric, in each group, that are in already. */
  seen: number[];
}

/** A metric of one shard: the ids of its series by group (counted from the shard's first), ascending. */
export class MetricSeries {
  readonly name: string;
  /** Counted from 0 in this index. */
  readonly order: number;
  readonly groups: (U32List | undefined)[] = [];
  readonly postings = new Map<string, LabelPostings>();
  count = 0;

  constructor(name: string, order: number) {
    this.name = name;
    this.order = order;
  }
}

/** Is told of a series page that can't be read. */
export type DamagedPage = (group: number, page: number) => void;

/**
 * The series of one shard in memory of one query thread: by metric, with their canonical keys. Built from the shard's
 * series pages and grown from them; a page only ever gains series at its end, and numbers in a group ascend, so only
 * pages at or behind the last known number are read again. A series has an id here, its place in the columns.
 *
 * Within a group ids ascend with numbers. About 20 bytes a series besides its key.
 */
export class SeriesIndex {
  readonly #map: ShardMap;
  readonly #shard: number;
  readonly #heap = new KeyHeap();
  readonly #addresses = new U32List(1_024);
  readonly #numbers = new U32List(1_024);
  readonly #localGroups = new U32List(1_024);
  readonly #metricOrders = new U32List(1_024);
  readonly #metrics = new Map<string, MetricSeries>();
  /** By group, counted from the shard's first: the number behind the last known one. */
  readonly #nextNumbers: number[];
  /** The metric of the series added last: neighbours often share theirs. */
  #lastMetric: MetricSeries | undefined;

  constructor(shard: number, map: ShardMap) {
    this.#shard = shard;
    this.#map = map;
    this.#nextNumbers = new Array<number>(map.groupCount(shard)).fill(0);
  }

  get count(): number {
    return this.#numbers.length;
  }

  get metrics(): Iterable<MetricSeries> {
    return this.#metrics.values();
  }

  metric(name: string): MetricSeries | undefined {
    return this.#metrics.get(name);
  }

  /** The series' group, counted from the shard's first. */
  localGroupOf(id: number): number {
    return this.#localGroups.items[id]!;
  }

  numberOf(id: number): number {
    return this.#numbers.items[id]!;
  }

  /** The `order` of the series' metric. */
  metricOrderOf(id: number): number {
    return this.#metricOrders.items[id]!;
  }

  slotOf(id: number): number {
    // The same as ShardMap.slotOf, without the search for the shard.
    return this.#numbers.items[id]! * this.#nextNumbers.length + this.#localGroups.items[id]!;
  }

  /** The series' canonical key: it begins at `offset` of `block`. */
  keyOf(id: number): { block: Buffer; offset: number } {
    const address = this.#addresses.items[id]!;
    return { block: this.#heap.block(address), offset: this.#heap.offset(address) };
  }

  labelsOf(id: number): Record<string, string> {
    const { block, offset } = this.keyOf(id);
    const labels: [string, string][] = [];
    forEachLabel(block, offset, (range) => {
      const name = block.toString('utf8', range.nameStart, range.nameEnd);
      labels.push([name, block.toString('utf8', range.valueStart, range.valueEnd)]);
    });
    // Defines own properties: a label may be called __proto__.
    return Object.fromEntries(labels);
  }

  /** Takes the series that were stored since the last call. */
  refresh(reader: StoreReader, onDamaged: DamagedPage): void {
    for (let local = 0; local < this.#nextNumbers.length; local++) {
      const group = this.#map.firstGroup(this.#shard) + local;
      const from = numberedKey(group, TABLE_SERIES, pageOfNumber(this.#nextNumbers[local]!));
      reader.forEach(from, tableEnd(group, TABLE_SERIES), (key, value) => {
        const page = numberOfKey(key);
        const known = this.#nextNumbers[local]!;
        const whole = forEachSeries(value, page, (number, _hashOffset, keyOffset, keyBytes) => {
          if (number >= known) this.#add(local, number, value, keyOffset, keyBytes);
        });
        if (!whole) onDamaged(group, page);
        return true;
      });
    }
  }

  /** The ids of a metric's series that meet the conditions, by group and, within it, by number. */
  select(metric: MetricSeries, conditions: SeriesConditions): U32List {
    const found = new U32List(16);
    const candidates = this.#candidates(metric, conditions);
    if (candidates !== undefined) {
      for (const id of candidates) if (this.#matches(id, conditions)) found.push(id);
      return this.#sorted(found);
    }
    for (const ids of metric.groups) {
      if (ids === undefined) continue;
      for (let i = 0; i < ids.length; i++) {
        const id = ids.items[i]!;
        if (conditions.takesAllSeries || this.#matches(id, conditions)) found.push(id);
      }
    }
    return found;
  }

  /** The same of several metrics. */
  selectAll(metrics: readonly MetricSeries[], conditions: SeriesConditions): U32List {
    const found = new U32List(16);
    for (const metric of metrics) {
      const { items, length } = this.select(metric, conditions);
      for (let i = 0; i < length; i++) found.push(items[i]!);
    }
    return this.#sorted(found);
  }

  /** Sorts ids by group and number: numbers of a group ascend with ids, so group and id are the key. */
  #sorted(ids: U32List): U32List {
    const { items, length } = ids;
    if (length < 2) return ids;
    // A native sort of doubles takes a tenth of the time of one with a comparator.
    const keys = new Float64Array(length);
    for (let i = 0; i < length; i++) keys[i] = this.#localGroups.items[items[i]!]! * 2 ** 32 + items[i]!;
    keys.sort();
    for (let i = 0; i < length; i++) items[i] = keys[i]! % 2 ** 32;
    return ids;
  }

  /** Whether any series of a metric meets the conditions. */
  hasAny(metric: MetricSeries, conditions: SeriesConditions): boolean {
    return conditions.takesAllSeries ? metric.count > 0 : this.select(metric, conditions).length > 0;
  }

  #matches(id: number, conditions: SeriesConditions): boolean {
    const address = this.#addresses.items[id]!;
    return conditions.matchesLabels(this.#heap.block(address), this.#heap.offset(address));
  }

  /** The shortest list of series that one of the equalities leaves; undefined when there is none. */
  #candidates(metric: MetricSeries, conditions: SeriesConditions): readonly number[] | undefined {
    let shortest: readonly number[] | undefined;
    for (const { label, value } of conditions.equalities) {
      const ids = this.#postings(metric, label).ids.get(value) ?? [];
      if (shortest === undefined || ids.length < shortest.length) shortest = ids;
    }
    return shortest;
  }

  #postings(metric: MetricSeries, label: string): LabelPostings {
    let postings = metric.postings.get(label);
    if (postings === undefined) {
      postings = { ids: new Map(), seen: [] };
      metric.postings.set(label, postings);
    }
    const name = Buffer.from(label, 'utf8');
    const { ids, seen } = postings;
    metric.groups.forEach((list, local) => {
      if (list === undefined) return;
      for (let i = seen[local] ?? 0; i < list.length; i++) {
        const id = list.items[i]!;
        const value = this.#labelText(id, name);
        if (value === undefined) continue;
        const same = ids.get(value);
        if (same === undefined) ids.set(value, [id]);
        else same.push(id);
      }
      seen[local] = list.length;
    });
    return postings;
  }

  #labelText(id: number, name: Uint8Array): string | undefined {
    const address = this.#addresses.items[id]!;
    const block = this.#heap.block(address);
    const at = findLabelValue(block, this.#heap.offset(address), name);
    return at < 0 ? undefined : block.toString('utf8', at + 2, textEnd(block, at));
  }

  // Five arguments: one call a series while an index of a million is built.
  #add(local: number, number: number, value: Uint8Array, keyOffset: number, keyBytes: number): void {
    const id = this.#numbers.length;
    const address = this.#heap.add(value, keyOffset, keyBytes);
    this.#addresses.push(address);
    this.#numbers.push(number);
    this.#localGroups.push(local);
    this.#nextNumbers[local] = number + 1;
    const metric = this.#metricOf(address);
    this.#metricOrders.push(metric.order);
    (metric.groups[local] ??= new U32List()).push(id);
    metric.count++;
  }

  #metricOf(address: number): MetricSeries {
    const block = this.#heap.block(address);
    const offset = this.#heap.offset(address);
    const name = block.toString('utf8', nameStart(offset), nameEnd(block, offset));
    if (this.#lastMetric?.name === name) return this.#lastMetric;
    let metric = this.#metrics.get(name);
    if (metric === undefined) {
      metric = new MetricSeries(name, this.#metrics.size);
      this.#metrics.set(name, metric);
    }
    this.#lastMetric = metric;
    return metric;
  }
}
