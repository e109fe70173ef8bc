import type { RetentionPolicy } from '../../native-free-core/retention/retention-policy.js';
import { type ShardMap, shardOfRef, slotOfRef } from '../../native-free-core/series/refs.js';
import { nameEnd, nameStart } from '../../native-free-core/series/series-key.js';
import {
  type KeyStatus,
  SeriesKeyBuilder,
  type SeriesLimits,
} from '../../native-free-core/series/series-key-builder.js';
import {
  REGISTRY_ABSENT,
  REGISTRY_TOTAL_LIMIT,
  SeriesRegistry,
} from '../../native-free-core/series/series-registry.js';
import { type HashKey, hashWords, sipHash128 } from '../../native-free-core/series/siphash128.js';
import { RejectCode } from '../../protocol/reject-reasons.js';
import type { RecoveredShard } from '../shard/recovery.js';
import { SeriesClasses } from './series-classes.js';
import type { ShardLinks } from './shard-links.js';

const REASON_OF_STATUS: Readonly<Record<Exclude<KeyStatus, 'ok'>, RejectCode>> = {
  invalid_name: RejectCode.invalidName,
  invalid_label: RejectCode.invalidLabel,
  too_many_labels: RejectCode.tooManyLabels,
  label_too_long: RejectCode.labelTooLong,
};

export interface ResolverLimits extends SeriesLimits {
  seriesTotalMax: number;
  seriesPerMetricMax: number;
  /** Says of which retention class a metric's series are; absent: all of one. */
  retention?: RetentionPolicy;
}

/**
 * Finds the reference of a series, or numbers it and queues its definition for its shard. The one place where series
 * are made, and where their limits hold. Socket thread only.
 *
 * Usage: fill `key` (begin, label …), then `resolve`.
 */
export class SeriesResolver {
  readonly key: SeriesKeyBuilder;
  readonly classes = new SeriesClasses();
  readonly #limits: ResolverLimits;
  readonly #hashKey: HashKey;
  readonly #registry: SeriesRegistry;
  readonly #links: ShardLinks;
  readonly #metricSeries = new Map<string, number>();

  constructor(map: ShardMap, hashKey: HashKey, limits: ResolverLimits, links: ShardLinks) {
    this.#limits = limits;
    this.#hashKey = hashKey;
    this.key = new SeriesKeyBuilder(limits);
    this.#registry = new SeriesRegistry(map, limits.seriesTotalMax);
    this.#links = links;
  }

  get seriesCount(): number {
    return this.#registry.count;
  }

  get metricCount(): number {
    return this.#metricSeries.size;
  }

  /** Takes the stored series of a shard over, at start. */
  restore(recovered: RecoveredShard): void {
    const { series, seriesGroups, seriesClasses } = recovered;
    for (let i = 0; i < seriesGroups.length; i++) {
      for (let k = 0; k < 4; k++) hashWords[k] = series[i * 5 + k]!;
      const ref = this.#registry.restore(seriesGroups[i]!, series[i * 5 + 4]!);
      this.classes.set(ref, seriesClasses[i] ?? 0);
    }
    for (const [group, numbers] of recovered.groupNumbers) this.#registry.reserveNumbers(group, numbers);
    for (const [name, count] of recovered.metrics) {
      this.#metricSeries.set(name, (this.#metricSeries.get(name) ?? 0) + count);
    }
  }

  /** The reference of the series in `key`, or minus the reject reason's number. */
  resolve(): number {
    const status = this.key.finish();
    if (status !== 'ok') return -REASON_OF_STATUS[status];
    sipHash128(this.#hashKey, this.key.bytes, 0, this.key.length);
    const found = this.#registry.find();
    return found === REGISTRY_ABSENT ? this.#create() : found;
  }

  #create(): number {
    const { bytes, length } = this.key;
    const name = Buffer.from(bytes.buffer, nameStart(0), nameEnd(bytes, 0) - nameStart(0)).toString('utf8');
    const ofMetric = this.#metricSeries.get(name) ?? 0;
    if (ofMetric >= this.#limits.seriesPerMetricMax) return -RejectCode.metricSeriesLimit;
    const ref = this.#registry.add();
    if (ref === REGISTRY_TOTAL_LIMIT) return -RejectCode.totalSeriesLimit;
    this.#metricSeries.set(name, ofMetric + 1);
    this.classes.set(ref, this.#limits.retention?.classOf(name) ?? 0);
    this.#links.defineSeries(shardOfRef(ref), slotOfRef(ref), hashWords, bytes.subarray(0, length));
    return ref;
  }
}
