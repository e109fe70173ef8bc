import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENTRY_PADDING, kindOf } from '../../../native-free-core/entry/entry-layout.js';
import { RING_REWIND_BYTES } from '../../../native-free-core/limits.js';
import { UNIT_BYTES, WORD_HIGHEST } from '../../../native-free-core/ring/ring-layout.js';
import { RING_FULL, RingProducer } from '../../../native-free-core/ring/ring-producer.js';
import { claim, endsOf, ringAt, SMALL_BYTES, SMALL_UNITS, take } from './rings.js';

test('publish() shows nothing before it is called and everything after', () => {
  const { producer, consumer } = endsOf(ringAt());
  claim(producer, 3, 1);
  claim(producer, 4, 2);
  assert.equal(take(consumer), 'empty');
  assert.equal(consumer.backlogUnits, 0);
  producer.publish();
  assert.equal(consumer.backlogUnits, 7);
  assert.equal(take(consumer), 1);
  assert.equal(take(consumer), 2);
  assert.equal(take(consumer), 'empty');
});

test('abandon() forgets what was claimed since the last publish, also across the end of the ring', () => {
  const { producer, consumer } = endsOf(ringAt(SMALL_UNITS - 10));
  claim(producer, 4, 1);
  producer.publish();
  claim(producer, 3, 2);
  claim(producer, 20, 3);
  producer.abandon();
  producer.publish();
  assert.equal(take(consumer), 1);
  assert.equal(take(consumer), 'empty');
  claim(producer, 6, 4);
  producer.publish();
  assert.equal(take(consumer), 4);
});

test('tryClaim() pads the end of the data when an entry does not fit before it', () => {
  const { producer, consumer } = endsOf(ringAt(SMALL_UNITS - 5));
  assert.equal(claim(producer, 6, 1), 0);
  producer.publish();
  const { u32 } = producer.views;
  assert.equal(u32[(SMALL_UNITS - 5) * 2], 5);
  assert.equal(kindOf(u32[(SMALL_UNITS - 5) * 2 + 1]!), ENTRY_PADDING);
  assert.equal(producer.fillUnits, 11);
  assert.equal(take(consumer), 1);
  assert.equal(consumer.backlogUnits, 0);
});

test('tryClaim() needs no padding when an entry ends exactly at the end', () => {
  const { producer, consumer } = endsOf(ringAt(SMALL_UNITS - 5));
  assert.equal(claim(producer, 5, 1), SMALL_BYTES - 5 * UNIT_BYTES);
  assert.equal(claim(producer, 2, 2), 0);
  producer.publish();
  assert.equal(producer.fillUnits, 7);
  assert.equal(take(consumer), 1);
  assert.equal(take(consumer), 2);
});

test('tryClaim() answers RING_FULL when what is not durable fills the ring, though it is taken', () => {
  const { producer, consumer } = endsOf(ringAt());
  for (let id = 1; id <= 2; id++) claim(producer, SMALL_UNITS / 2, id);
  producer.publish();
  assert.equal(producer.fillUnits, SMALL_UNITS);
  assert.equal(claim(producer, 1, 3), RING_FULL);
  take(consumer);
  consumer.markTaken();
  assert.equal(claim(producer, 1, 3), RING_FULL);
  consumer.commit(consumer.position);
  assert.equal(claim(producer, SMALL_UNITS / 2, 3), 0);
  assert.equal(claim(producer, 1, 4), RING_FULL);
  producer.publish();
  assert.equal(take(consumer), 2);
  assert.equal(take(consumer), 3);
});

test('tryClaim() changes nothing when it answers RING_FULL', () => {
  const memory = ringAt(SMALL_UNITS - 100);
  const { producer, consumer } = endsOf(memory);
  claim(producer, 100, 1);
  claim(producer, 200, 2);
  claim(producer, 200, 3);
  producer.publish();
  const before = new Uint8Array(memory).slice();
  const position = producer.claimedPosition;
  // 12 units are left, and the entry would need them all for padding.
  assert.equal(producer.tryClaim(13 * UNIT_BYTES), RING_FULL);
  assert.equal(producer.claimedPosition, position);
  assert.deepEqual(new Uint8Array(memory), before);
  for (let id = 1; id <= 3; id++) assert.equal(take(consumer), id);
});

test('tryClaim() asserts when the entry is no whole number of units or more than half the ring', () => {
  const { producer } = endsOf(ringAt());
  const check = (bytes: number) => assert.throws(() => producer.tryClaim(bytes), /BUG/);
  check(0);
  check(-8);
  check(12);
  check(SMALL_BYTES / 2 + 8);
  assert.equal(producer.tryClaim(SMALL_BYTES / 2), 0);
});

test('tryClaim() takes half a ring at any place when the ring is empty', () => {
  for (let start = 0; start < SMALL_UNITS; start += 13) {
    const { producer, consumer } = endsOf(ringAt(start));
    assert.notEqual(claim(producer, SMALL_UNITS / 2, start + 1), RING_FULL, `at ${start}`);
    producer.publish();
    assert.equal(take(consumer), start + 1);
  }
});

test('tryClaim() begins anew at the begin of the data when the ring is empty and far enough in', () => {
  const rewind = RING_REWIND_BYTES / UNIT_BYTES;
  const check = (start: number, units: number, offset: number) => {
    const { producer, consumer } = endsOf(ringAt(start, 4 * RING_REWIND_BYTES));
    assert.equal(claim(producer, units, 7), offset);
    producer.publish();
    // Nothing but the entry itself counts: going back takes no padding.
    assert.equal(producer.fillUnits, units);
    assert.equal(take(consumer), 7);
    assert.equal(consumer.position, producer.publishedPosition);
  };
  check(rewind - 1, 10, (rewind - 1) * UNIT_BYTES);
  check(rewind, 10, 0);
  check(3 * rewind, 10, 0);
  check(rewind, 2 * rewind, 0);
  check(-10, 20, 0);
});

test('tryClaim() stays where it is while something in the ring is not durable', () => {
  const rewind = RING_REWIND_BYTES / UNIT_BYTES;
  const { producer, consumer } = endsOf(ringAt(rewind - 4, 4 * RING_REWIND_BYTES));
  claim(producer, 8, 1);
  producer.publish();
  take(consumer);
  consumer.markTaken();
  assert.equal(claim(producer, 4, 2), (rewind + 4) * UNIT_BYTES);
  producer.abandon();
  consumer.commit(consumer.position);
  assert.equal(claim(producer, 4, 3), 0);
  // Forgotten, and claimed again from the same begin.
  producer.abandon();
  assert.equal(claim(producer, 4, 4), 0);
  producer.publish();
  assert.equal(take(consumer), 4);
});

test('RingProducer() and RingConsumer() find a ring that began anew when they start on it', () => {
  const rewind = RING_REWIND_BYTES / UNIT_BYTES;
  const memory = ringAt(rewind + 3, 4 * RING_REWIND_BYTES);
  const first = new RingProducer(memory);
  claim(first, 5, 1);
  first.publish();
  const second = new RingProducer(memory);
  assert.equal(claim(second, 5, 2), 5 * UNIT_BYTES);
  second.publish();
  const { consumer } = endsOf(memory);
  assert.equal(take(consumer), 1);
  assert.equal(take(consumer), 2);
});

test('isCommitted() and isTaken() compare positions right when they pass 2^31 and 2^32', () => {
  for (const start of [2 ** 31 - 20, 2 ** 32 - 20, -20]) {
    const memory = ringAt(start | 0);
    const { producer, consumer } = endsOf(memory);
    const positions: number[] = [];
    for (let id = 1; id <= 8; id++) {
      claim(producer, 8, id);
      producer.publish();
      positions.push(producer.publishedPosition);
      assert.equal(producer.publishedPosition, producer.publishedPosition | 0);
    }
    positions.forEach((position, i) => {
      assert.equal(producer.isTaken(position), false);
      assert.equal(producer.isCommitted(position), false);
      assert.equal(take(consumer), i + 1);
      consumer.markTaken();
      assert.equal(producer.isTaken(position), true);
      assert.equal(producer.isCommitted(position), false);
      consumer.commit(consumer.position);
      assert.equal(producer.isCommitted(position), true);
      assert.equal(producer.isCommitted(positions[i + 1] ?? position + 1), false);
    });
    assert.equal(producer.fillUnits, 0);
  }
});

test('RingProducer() goes on behind what was published when it starts on a used ring', () => {
  const memory = ringAt();
  const { producer, consumer } = endsOf(memory);
  claim(producer, 10, 1);
  producer.publish();
  claim(producer, 10, 99);
  const next = new RingProducer(memory);
  claim(next, 10, 2);
  next.publish();
  assert.equal(take(consumer), 1);
  assert.equal(take(consumer), 2);
});

test('publish() keeps the highest fill that the ring has had, padding included', () => {
  const memory = ringAt(SMALL_UNITS - 120);
  const { producer, consumer } = endsOf(memory);
  const highest = (): number => new Int32Array(memory)[WORD_HIGHEST]!;
  claim(producer, 100, 1);
  claim(producer, 50, 2);
  producer.publish();
  assert.equal(highest(), 170);
  take(consumer);
  take(consumer);
  consumer.commit(consumer.position);
  claim(producer, 20, 3);
  producer.publish();
  assert.equal(highest(), 170);
});
