import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ENTRY_PRODUCER,
  ENTRY_SERIES,
  kindOf,
  SERIES_SLOT,
} from '../../../native-free-core/entry/entry-layout.js';
import { RING_EMPTY, RingConsumer } from '../../../native-free-core/ring/ring-consumer.js';
import { ShardLinks } from '../../../src/ingest/shard-links.js';
import { SHARD_COUNTERS, ShardCounters } from '../../../src/shard/shard-counters.js';
import { ringAt } from '../../native-free-core/ring/rings.js';

function make(shards: number): { links: ShardLinks; rings: RingConsumer[]; counters: ShardCounters[] } {
  const memories = Array.from({ length: shards }, () => ringAt());
  const counters = memories.map(() => new ShardCounters(new SharedArrayBuffer(SHARD_COUNTERS.length * 8)));
  return {
    links: new ShardLinks(memories, counters),
    rings: memories.map((memory) => new RingConsumer(memory)),
    counters,
  };
}

/** The slots of the series definitions that a ring holds; commits them. */
function slotsIn(ring: RingConsumer): number[] {
  const slots: number[] = [];
  for (let offset = ring.next(); offset !== RING_EMPTY; offset = ring.next()) {
    assert.equal(kindOf(ring.views.u32[(offset >> 2) + 1]!), ENTRY_SERIES);
    slots.push(ring.views.u32[(offset + SERIES_SLOT) >> 2]!);
  }
  ring.commit(ring.position);
  return slots;
}

test('flushDefinitions() publishes definitions in order, as many as there is room for, and goes on later', () => {
  const { links, rings } = make(2);
  // 32 bytes of head and 200 of key each: 17 fit a ring of 4 KiB.
  for (let slot = 0; slot < 50; slot++) {
    links.defineSeries(1, slot, new Int32Array(4), new Uint8Array(200).fill(slot));
  }
  assert.equal(links.flushDefinitions(0), true);
  const seen: number[] = [];
  let rounds = 0;
  while (!links.flushDefinitions(1)) {
    seen.push(...slotsIn(rings[1]!));
    rounds++;
  }
  seen.push(...slotsIn(rings[1]!));
  assert.deepEqual(
    seen,
    Array.from({ length: 50 }, (_, i) => i),
  );
  assert.equal(rounds, 2);
  assert.deepEqual(slotsIn(rings[0]!), []);
});

test('defineSeries() copies the hash and the key', () => {
  const { links, rings } = make(1);
  const [hash, key] = [Int32Array.of(1, 2, 3, 4), Uint8Array.of(5, 6)];
  links.defineSeries(0, 9, hash, key);
  hash.fill(0);
  key.fill(0);
  links.flushDefinitions(0);
  const { i32, u8 } = rings[0]!.views;
  const offset = rings[0]!.next();
  assert.deepEqual([...i32.subarray((offset >> 2) + 4, (offset >> 2) + 8)], [1, 2, 3, 4]);
  assert.deepEqual([...u8.subarray(offset + 32, offset + 34)], [5, 6]);
});

test('defineProducer() goes to every shard', () => {
  const { links, rings } = make(3);
  links.defineProducer(7, Buffer.from('p'));
  for (const [shard, ring] of rings.entries()) {
    assert.equal(links.flushDefinitions(shard), true);
    const offset = ring.next();
    assert.equal(kindOf(ring.views.u32[(offset >> 2) + 1]!), ENTRY_PRODUCER);
    assert.equal(ring.next(), RING_EMPTY);
  }
});

test('busy() says which of the two reasons there is, and when to come again', () => {
  const { links, counters } = make(2);
  assert.deepEqual(links.busy(), { retryMs: 25, reason: 'ring_full' });
  assert.equal(links.isUnableToStore, false);
  counters[1]!.set('unableToStore', 1);
  assert.equal(links.isUnableToStore, true);
  assert.deepEqual(links.busy(), { retryMs: 1_000, reason: 'unable_to_store' });
  counters[1]!.set('unableToStore', 0);
  assert.deepEqual(links.busy(), { retryMs: 25, reason: 'ring_full' });
});
