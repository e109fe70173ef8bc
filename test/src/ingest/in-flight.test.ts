import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RingConsumer } from '../../../native-free-core/ring/ring-consumer.js';
import { type InFlightBatch, InFlightQueue, isSettled } from '../../../src/ingest/in-flight.js';
import { ShardLinks } from '../../../src/ingest/shard-links.js';
import { SHARD_COUNTERS, ShardCounters } from '../../../src/shard/shard-counters.js';
import { ringAt } from '../../native-free-core/ring/rings.js';

const batch = (seq: number, positions?: number[]): InFlightBatch => ({
  seq,
  accepted: 0,
  rejects: undefined,
  positions: positions === undefined ? undefined : Int32Array.from(positions),
  arrivedMs: 0,
});

test('a queue gives batches in the order of their arrival, across many cuts of its array', () => {
  const queue = new InFlightQueue();
  let pushed = 0;
  let shifted = 0;
  // Grows to 600 and shrinks again, several times over.
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < 600; i++) queue.push(batch(++pushed));
    for (let i = 0; i < (round === 4 ? 1_000 : 500); i++) {
      assert.equal(queue.peek()?.seq, ++shifted);
      queue.shift();
      assert.equal(queue.length, pushed - shifted);
    }
  }
  assert.deepEqual([queue.length, queue.peek()], [0, undefined]);
});

test('isSettled() waits for every shard at the level that was asked for', () => {
  const memories = [ringAt(), ringAt(-5)];
  const counters = memories.map(() => new ShardCounters(new SharedArrayBuffer(SHARD_COUNTERS.length * 8)));
  const links = new ShardLinks(memories, counters);
  const [first, second] = memories.map((memory) => new RingConsumer(memory));
  const waiting = batch(1, [10, 5]);
  const levels = (): [boolean, boolean] => [
    isSettled(links, waiting, 'memory'),
    isSettled(links, waiting, 'durable'),
  ];
  const reach = (ring: RingConsumer, memory: SharedArrayBuffer, position: number): void => {
    // A consumer that stands at a position tells it as taken.
    new RingConsumer(memory, position).markTaken();
    ring.commit(position);
  };
  assert.deepEqual(levels(), [false, false]);
  reach(first!, memories[0]!, 10);
  assert.deepEqual(levels(), [false, false]);
  new RingConsumer(memories[1]!, 5).markTaken();
  assert.deepEqual(levels(), [true, false]);
  reach(second!, memories[1]!, 4);
  assert.deepEqual(levels(), [false, false]);
  reach(second!, memories[1]!, 6);
  assert.deepEqual(levels(), [true, true]);
});

test('isSettled() has nothing to wait for when a batch has no positions', () => {
  const links = new ShardLinks([], []);
  assert.equal(isSettled(links, batch(1), 'durable'), true);
});
