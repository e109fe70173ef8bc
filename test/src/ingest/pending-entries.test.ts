import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENTRY_SERIES, entryKindWord } from '../../../native-free-core/entry/entry-layout.js';
import { RING_EMPTY, RingConsumer } from '../../../native-free-core/ring/ring-consumer.js';
import { RingProducer } from '../../../native-free-core/ring/ring-producer.js';
import { PendingEntries } from '../../../src/ingest/pending-entries.js';
import { ringAt } from '../../native-free-core/ring/rings.js';

/** Adds an entry of `units` that carries `id` behind its head. */
function add(pending: PendingEntries, units: number, id: number): void {
  pending.add(units * 8, (views, offset) => {
    views.u32[(offset >> 2) + 1] = entryKindWord(ENTRY_SERIES, 0);
    views.u32.fill(id, (offset >> 2) + 2, (offset >> 2) + units * 2);
  });
}

/** The length and the id of each entry that a ring holds, which are then durable. */
function drain(ring: RingConsumer): [units: number, id: number][] {
  const found: [number, number][] = [];
  for (let offset = ring.next(); offset !== RING_EMPTY; offset = ring.next()) {
    const { u32 } = ring.views;
    const [at, units] = [offset >> 2, u32[offset >> 2]!];
    const words = u32.subarray(at + 2, at + units * 2);
    assert.ok(words.every((word) => word === words[0]));
    found.push([units, words[0]!]);
  }
  ring.commit(ring.position);
  return found;
}

test('moveTo() moves entries in order, as many as there is room for, while more are added', () => {
  const memory = ringAt();
  const [producer, consumer] = [new RingProducer(memory), new RingConsumer(memory)];
  const pending = new PendingEntries();
  assert.equal(pending.isEmpty, true);
  const added: [number, number][] = [];
  const seen: [number, number][] = [];
  let rounds = 0;
  for (let id = 1; id <= 400; id++) {
    const units = 2 + (id % 37);
    add(pending, units, id);
    added.push([units, id]);
    if (id % 50 === 0) {
      assert.equal(pending.moveTo(producer), pending.isEmpty);
      seen.push(...drain(consumer));
    }
  }
  while (!pending.moveTo(producer)) {
    seen.push(...drain(consumer));
    rounds++;
  }
  seen.push(...drain(consumer));
  assert.deepEqual(seen, added);
  assert.ok(rounds > 5, 'the ring was never full');
  assert.equal(pending.isEmpty, true);
});

test('moveTo() begins anew once nothing waits', () => {
  const memory = ringAt();
  const [producer, consumer] = [new RingProducer(memory), new RingConsumer(memory)];
  const pending = new PendingEntries();
  for (let round = 0; round < 20; round++) {
    for (let id = 0; id < 10; id++) add(pending, 40, round * 10 + id);
    assert.equal(pending.moveTo(producer), true);
    assert.deepEqual(
      drain(consumer).map(([, id]) => id),
      Array.from({ length: 10 }, (_, id) => round * 10 + id),
    );
  }
  assert.equal(pending.moveTo(producer), true);
  assert.deepEqual(drain(consumer), []);
});
