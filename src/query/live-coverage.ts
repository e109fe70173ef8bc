import { WORD_READY } from '../../native-free-core/head/head-layout.js';
import type { Clock } from '../clock.js';
import { ShardCounters } from '../shard/shard-counters.js';
import type { ShardMemory } from '../shard/shard-memory.js';

interface SeenShard {
  control: Int32Array;
  counters: ShardCounters;
  /** The restart count under which it was seen ready; undefined while it was not. */
  restarts: number | undefined;
  completeFromMs: number;
}

/**
 * Since when each shard's live windows hold everything. They begin empty with the shard's worker, while the store keeps
 * what came before; so after a start a window that reaches back behind it is answered from raw points. A shard that was
 * empty when it was first seen has nothing to miss.
 */
export class LiveCoverage {
  readonly #clock: Clock;
  readonly #shards: SeenShard[];

  constructor(memories: readonly ShardMemory[], clock: Clock) {
    this.#clock = clock;
    this.#shards = memories.map((memory) => ({
      control: new Int32Array(memory.head.control),
      counters: new ShardCounters(memory.counters),
      restarts: undefined,
      completeFromMs: Number.POSITIVE_INFINITY,
    }));
  }

  /** Looks at all shards. Answers whether all are ready. To be called soon after the start, and before each `covers`. */
  observe(): boolean {
    let areReady = true;
    for (const shard of this.#shards) {
      const restarts = shard.counters.get('restarts');
      if (Atomics.load(shard.control, WORD_READY) === 0) {
        shard.restarts = undefined;
        areReady = false;
      } else if (shard.restarts !== restarts) {
        shard.restarts = restarts;
        const isEmpty = shard.counters.get('accepted') === 0;
        // A second is complete when it began after the shard was seen.
        const nowMs = this.#clock.nowMs();
        shard.completeFromMs = isEmpty ? Number.NEGATIVE_INFINITY : Math.ceil(nowMs / 1_000) * 1_000;
      }
    }
    return areReady;
  }

  /** Whether the live windows of all shards hold every point from the second of `fromMs` on. */
  covers(fromMs: number): boolean {
    const secondMs = Math.floor(fromMs / 1_000) * 1_000;
    return this.#shards.every((shard) => shard.restarts !== undefined && shard.completeFromMs <= secondMs);
  }
}
