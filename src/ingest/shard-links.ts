import { producerEntryBytes, seriesEntryBytes } from '../../native-free-core/entry/entry-layout.js';
import { writeProducer, writeSeries } from '../../native-free-core/entry/entry-writer.js';
import { RING_FULL, RingProducer } from '../../native-free-core/ring/ring-producer.js';
import type { ShardCounters } from '../shard/shard-counters.js';

/** A definition that has to reach a shard before the first point that needs it. */
interface Definition {
  bytes: number;
  write(ring: RingProducer, offset: number): void;
}

/**
 * The socket thread's side of the shards: a ring each, and in front of it the definitions (series, producers) that wait
 * for room. Definitions go first, always; while one waits, no points get past it. They are bounded by the limits on
 * series and producers.
 */
export class ShardLinks {
  readonly rings: readonly RingProducer[];
  readonly counters: readonly ShardCounters[];
  readonly #waiting: Definition[][];

  constructor(rings: readonly SharedArrayBuffer[], counters: readonly ShardCounters[]) {
    this.rings = rings.map((memory) => new RingProducer(memory));
    this.counters = counters;
    this.#waiting = rings.map(() => []);
  }

  get count(): number {
    return this.rings.length;
  }

  /** Queues a series' definition; hash and key are copied. */
  defineSeries(shard: number, slot: number, hash: Int32Array, key: Uint8Array): void {
    const [hashCopy, keyCopy] = [hash.slice(), key.slice()];
    this.#waiting[shard]!.push({
      bytes: seriesEntryBytes(keyCopy.length),
      write: (ring, offset) => writeSeries(ring.views, offset, slot, hashCopy, keyCopy),
    });
  }

  /** Queues a producer's definition for every shard. */
  defineProducer(producer: number, name: Uint8Array): void {
    const definition: Definition = {
      bytes: producerEntryBytes(name.length),
      write: (ring, offset) => writeProducer(ring.views, offset, producer, name),
    };
    for (const waiting of this.#waiting) waiting.push(definition);
  }

  /** Publishes the definitions that wait for a shard. Answers false when the ring has no room for all. */
  flushDefinitions(shard: number): boolean {
    const waiting = this.#waiting[shard]!;
    if (waiting.length === 0) return true;
    const ring = this.rings[shard]!;
    let done = 0;
    for (; done < waiting.length; done++) {
      const definition = waiting[done]!;
      const offset = ring.tryClaim(definition.bytes);
      if (offset === RING_FULL) break;
      definition.write(ring, offset);
    }
    ring.publish();
    waiting.splice(0, done);
    return waiting.length === 0;
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
