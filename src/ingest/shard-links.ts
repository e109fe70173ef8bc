import { producerEntryBytes, seriesEntryBytes } from '../../native-free-core/entry/entry-layout.js';
import { writeProducer, writeSeries } from '../../native-free-core/entry/entry-writer.js';
import { RING_FULL, RingProducer } from '../../native-free-core/ring/ring-producer.js';
import type { ShardCounters } from '../shard/shard-counters.js';
import { PendingEntries } from './pending-entries.js';

/**
 * The socket thread's side of the shards: a ring each, and in front of it the definitions (series, producers) that wait
 * for room. Definitions go first, always; while one waits, no points get past it. They are bounded by the limits on
 * series and producers.
 */
export class ShardLinks {
  readonly rings: readonly RingProducer[];
  readonly counters: readonly ShardCounters[];
  readonly #waiting: PendingEntries[];

  constructor(rings: readonly SharedArrayBuffer[], counters: readonly ShardCounters[]) {
    this.rings = rings.map((memory) => new RingProducer(memory));
    this.counters = counters;
    this.#waiting = rings.map(() => new PendingEntries());
  }

  get count(): number {
    return this.rings.length;
  }

  /** Sends a series' definition, or keeps a copy of it while the ring is full. Nothing may be claimed at the time. */
  defineSeries(shard: number, slot: number, hash: Int32Array, key: Uint8Array): void {
    const ring = this.rings[shard]!;
    const bytes = seriesEntryBytes(key.length);
    const offset = this.#waiting[shard]!.isEmpty ? ring.tryClaim(bytes) : RING_FULL;
    if (offset === RING_FULL) {
      this.#waiting[shard]!.add(bytes, (views, at) => writeSeries(views, at, slot, hash, key));
      return;
    }
    writeSeries(ring.views, offset, slot, hash, key);
    ring.publish();
  }

  /** Sends a producer's definition to every shard. */
  defineProducer(producer: number, name: Uint8Array): void {
    const bytes = producerEntryBytes(name.length);
    this.#waiting.forEach((waiting, shard) => {
      waiting.add(bytes, (views, at) => writeProducer(views, at, producer, name));
      this.flushDefinitions(shard);
    });
  }

  /** Publishes the definitions that wait for a shard. Answers false when the ring has no room for all. */
  flushDefinitions(shard: number): boolean {
    const waiting = this.#waiting[shard]!;
    return waiting.isEmpty || waiting.moveTo(this.rings[shard]!);
  }

  /** Whether a shard's store takes nothing at the moment. */
  get isUnableToStore(): boolean {
    for (const counters of this.counters) if (counters.get('unableToStore') === 1) return true;
    return false;
  }

  /** Why the engine takes nothing at the moment, for a BUSY, and when to come again. */
  busy(): { retryMs: number; reason: string } {
    if (this.isUnableToStore) return { retryMs: 1_000, reason: 'unable_to_store' };
    return { retryMs: 25, reason: 'ring_full' };
  }
}
