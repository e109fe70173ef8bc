import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RING_FULL, RingProducer } from '../../../native-free-core/ring/ring-producer.js';
import { seeded } from '../cell/numbers.js';
import type { ConsumerReport } from './ring-consumer-thread.js';
import { claim, ringAt, SMALL_UNITS } from './rings.js';
import { runThread } from './threads.js';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Publishes entries of random length with ids 1, 2, 3, … for `durationMs`; answers how many. */
async function produce(ring: RingProducer, durationMs: number): Promise<number> {
  const random = seeded(11);
  const endMs = performance.now() + durationMs;
  let id = 1;
  while (performance.now() < endMs) {
    // A batch of claims that is published as one, or forgotten, or finds the ring full on its way.
    const first = id;
    const claims = 1 + Math.floor(random() * 5);
    let isFull = false;
    for (let i = 0; i < claims && !isFull; i++) {
      const units = 2 + Math.floor(random() ** 4 * (SMALL_UNITS / 2 - 2));
      if (claim(ring, units, id) === RING_FULL) isFull = true;
      else id++;
    }
    if (isFull || random() < 0.1) {
      ring.abandon();
      id = first;
    } else {
      ring.publish();
    }
    // Now and then long enough for the consumer to fall asleep: the next publish has to wake it.
    if (random() < 0.002) await pause(1);
  }
  return id - 1;
}

test('a ring loses, tears and doubles nothing when two threads use it and the consumer starts anew', async () => {
  const memory = ringAt(-1_000);
  const ring = new RingProducer(memory);
  const [report, published] = await Promise.all([
    runThread<ConsumerReport>(import.meta.url, 'ring-consumer-thread', { memory }),
    produce(ring, 1_500).finally(() => ring.requestStop()),
  ]);
  assert.deepEqual(
    { ...report, sleeps: 0 },
    { entries: published, sleeps: 0, outOfOrder: 0, torn: 0, timeouts: 0 },
  );
  assert.ok(report.sleeps > 10, `the consumer slept ${report.sleeps} times: the test tests no waking`);
  assert.ok(published > 5_000, `only ${published} entries went through`);
  assert.equal(ring.fillUnits, 0);
});

test('requestStop() wakes a consumer that sleeps', async () => {
  const memory = ringAt();
  const consumed = runThread<ConsumerReport>(import.meta.url, 'ring-consumer-thread', { memory });
  // Time to start the thread and to fall asleep.
  const ring = new RingProducer(memory);
  claim(ring, 4, 1);
  ring.publish();
  for (let waitedMs = 0; !ring.isCommitted(ring.publishedPosition) && waitedMs < 5_000; waitedMs += 5)
    await pause(5);
  await pause(20);
  ring.requestStop();
  const { entries, sleeps, timeouts } = await consumed;
  assert.deepEqual([entries, timeouts], [1, 0]);
  assert.ok(sleeps > 0);
});
