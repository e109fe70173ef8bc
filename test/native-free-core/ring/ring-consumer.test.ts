import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RingConsumer } from '../../../native-free-core/ring/ring-consumer.js';
import { WORD_SLEEPING } from '../../../native-free-core/ring/ring-layout.js';
import { claim, endsOf, ringAt, SMALL_UNITS, take } from './rings.js';

test('RingConsumer() finds all that is not durable again when it starts at COMMITTED', () => {
  const memory = ringAt(SMALL_UNITS - 30);
  const { producer, consumer } = endsOf(memory);
  for (let id = 1; id <= 5; id++) claim(producer, 20, id);
  producer.publish();
  take(consumer);
  take(consumer);
  consumer.commit(consumer.position);
  take(consumer);
  consumer.markTaken();
  const next = new RingConsumer(memory);
  for (let id = 3; id <= 5; id++) assert.equal(take(next), id);
  assert.equal(take(next), 'empty');
});

test('RingConsumer() starts at a position when one is given', () => {
  const memory = ringAt();
  const { producer, consumer } = endsOf(memory);
  for (let id = 1; id <= 3; id++) claim(producer, 10, id);
  producer.publish();
  take(consumer);
  const next = new RingConsumer(memory, consumer.position);
  assert.equal(take(next), 2);
});

test('next() asserts when an entry has a length that cannot be', () => {
  const check = (units: number) => {
    const { producer, consumer } = endsOf(ringAt());
    const offset = claim(producer, 4, 1);
    producer.views.u32[offset >> 2] = units;
    producer.publish();
    assert.throws(() => consumer.next(), /BUG/);
  };
  check(0);
  check(SMALL_UNITS + 1);
});

test('mustNotify() is true once until the producer has looked', () => {
  const { producer, consumer } = endsOf(ringAt());
  assert.equal(consumer.mustNotify(), true);
  assert.equal(consumer.mustNotify(), false);
  producer.clearNotified();
  assert.equal(consumer.mustNotify(), true);
});

test('wait() does not sleep when something is published or a stop was asked for', () => {
  const { producer, consumer } = endsOf(ringAt());
  const tookMs = (): number => {
    const startMs = performance.now();
    consumer.wait(2_000);
    return performance.now() - startMs;
  };
  claim(producer, 2, 1);
  producer.publish();
  assert.ok(tookMs() < 1_000);
  take(consumer);
  producer.requestStop();
  assert.equal(consumer.stopRequested, true);
  assert.ok(tookMs() < 1_000);
  assert.equal(new Int32Array(consumer.views.words.buffer)[WORD_SLEEPING], 0);
});

test('wait() ends by itself when nothing happens', () => {
  const { consumer } = endsOf(ringAt());
  const startMs = performance.now();
  consumer.wait(15);
  assert.ok(performance.now() - startMs >= 10);
});
