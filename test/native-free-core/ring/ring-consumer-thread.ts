import { parentPort, workerData } from 'node:worker_threads';
import { RING_EMPTY, RingConsumer } from '../../../native-free-core/ring/ring-consumer.js';
import { seeded } from '../cell/numbers.js';
import { idAt } from './rings.js';

/** What the consuming thread saw; everything but `entries` and `sleeps` is to be 0. */
export interface ConsumerReport {
  entries: number;
  sleeps: number;
  outOfOrder: number;
  torn: number;
  timeouts: number;
}

/** Far longer than the test may take: who sleeps as long was not woken. */
const SLEEP_MS = 1_500;

/**
 * Takes entries whose ids count up, commits a random number of them at a time, and starts anew at COMMITTED now and
 * then as a worker does that died. Ends when the ring asks it to and nothing is left.
 */
function consume(memory: SharedArrayBuffer): ConsumerReport {
  const report: ConsumerReport = { entries: 0, sleeps: 0, outOfOrder: 0, torn: 0, timeouts: 0 };
  const random = seeded(7);
  let ring = new RingConsumer(memory);
  let expected = 1;
  let durable = 1;
  for (;;) {
    const offset = ring.next();
    if (offset !== RING_EMPTY) {
      const id = idAt(ring.views, offset);
      if (typeof id === 'string') report.torn++;
      else if (id !== expected) report.outOfOrder++;
      expected++;
      if (random() < 0.7) continue;
      ring.markTaken();
      if (random() < 0.05) {
        ring = new RingConsumer(memory);
        expected = durable;
        continue;
      }
    }
    ring.markTaken();
    ring.commit(ring.position);
    durable = expected;
    if (offset !== RING_EMPTY) continue;
    if (ring.stopRequested && ring.backlogUnits === 0) break;
    report.sleeps++;
    const startMs = performance.now();
    ring.wait(SLEEP_MS);
    if (performance.now() - startMs > SLEEP_MS - 50) report.timeouts++;
  }
  report.entries = durable - 1;
  return report;
}

parentPort!.postMessage(consume((workerData as { memory: SharedArrayBuffer }).memory));
