import { pointsEntryBytes, TIMES_BASE } from '../../../../native-free-core/entry/entry-layout.js';
import { RING_EMPTY, RingConsumer } from '../../../../native-free-core/ring/ring-consumer.js';
import { ringMemoryBytes } from '../../../../native-free-core/ring/ring-layout.js';
import { RingProducer } from '../../../../native-free-core/ring/ring-producer.js';
import type { BenchSize, MicroBench } from '../../../harness.js';

/**
 * The ring on one thread: claim, copy, publish, take, commit. What two threads add are the misses of their caches, which
 * bench/macro/ingest.ts measures with the rest of the engine around them.
 */
const RING_BYTES = 1 << 22;

/** Entries that are taken and committed together, as a duty cycle does. */
const ENTRIES_A_CYCLE = 4;

function bench(name: string, points: number, cycles: (size: BenchSize) => number): MicroBench {
  return {
    name: `ring: ${name}`,
    unit: 'points',
    perRun: (size) => points * ENTRIES_A_CYCLE * cycles(size),
    setup: (size) => {
      const memory = new SharedArrayBuffer(ringMemoryBytes(RING_BYTES));
      const producer = new RingProducer(memory);
      const consumer = new RingConsumer(memory);
      const bytes = pointsEntryBytes(points, TIMES_BASE);
      const columns = new Uint8Array(bytes - 8).fill(7);
      return () => {
        let sum = 0;
        for (let cycle = 0; cycle < cycles(size); cycle++) {
          for (let i = 0; i < ENTRIES_A_CYCLE; i++) {
            const offset = producer.tryClaim(bytes);
            producer.views.u32[(offset >> 2) + 1] = 1;
            producer.views.u8.set(columns, offset + 8);
            producer.publish();
          }
          for (let at = consumer.next(); at !== RING_EMPTY; at = consumer.next())
            sum += consumer.views.u8[at + 9]!;
          consumer.markTaken();
          consumer.commit(consumer.position);
        }
        return sum;
      };
    },
  };
}

export const benches: MicroBench[] = [
  bench('entries of 10,000 points', 10_000, (size) => (size === 'smoke' ? 2 : 20)),
  bench('entries of 100 points', 100, (size) => (size === 'smoke' ? 20 : 1_000)),
  bench('entries of one point', 1, (size) => (size === 'smoke' ? 100 : 20_000)),
];
