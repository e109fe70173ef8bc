import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WhenFull } from '../../../protocol/client/producer-options.js';
import { type Fixture, produce, settledAs } from './fake-world.js';

/** Four batches of ten points, each 16 bytes a point and 35 around them. */
const maxBufferedBytes = 4 * (35 + 10 * 16);

/** A producer whose engine never answers after WELCOME, and the points that it took of the first `points`. */
function fill(whenFull: WhenFull, points: number): Fixture & { taken: number[] } {
  const fixture = produce({ whenFull, maxBatchPoints: 10, maxBufferedBytes });
  fixture.world.socket.welcome({ maxInFlight: 1 });
  fixture.producer.series('a');
  const taken: number[] = [];
  for (let i = 0; i < points; i++) {
    if (fixture.producer.add(0, i, 1000 + i)) taken.push(i);
    assert.ok(fixture.producer.stats().bytesBuffered <= maxBufferedBytes);
  }
  return { ...fixture, taken };
}

/** What the engine gets once it answers. */
function drain({ world, producer }: Fixture): number[] {
  world.advance(50);
  while (producer.stats().batchesInFlight > 0) world.socket.ack(world.socket.seqs.at(-1)!);
  return world.socket.columns.flatMap(({ values }) => values);
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

test('Producer with "block" takes nothing beyond its buffer, and all that it took arrives', async () => {
  const fixture = fill('block', 100);
  assert.deepEqual(fixture.taken, upTo(40));
  assert.equal(fixture.producer.stats().pointsBlocked, 60);
  const ready = fixture.producer.ready();
  assert.equal(await settledAs(ready), 'pending');
  fixture.world.socket.ack(1);
  assert.equal(await settledAs(ready), 'resolved');
  assert.equal(fixture.producer.add(0, 40, 2000), true);
  assert.deepEqual(drain(fixture), upTo(41));
  assert.equal(fixture.producer.stats().pointsDropped, 0);
});

test('Producer.ready() resolves at once where there is room', async () => {
  const { producer } = produce();
  assert.equal(await settledAs(producer.ready()), 'resolved');
});

test('Producer.ready() waits for the columns that were refused, so that asking again in a loop ends', async () => {
  const { producer, world } = produce({ maxBatchPoints: 1, maxBufferedBytes: 4 * 600 });
  world.socket.welcome({ maxInFlight: 100 });
  producer.series('a');
  const refs = new Uint32Array(8);
  const addColumns = (): boolean => producer.addColumns(refs, new Float64Array(8), { baseMs: 1000 });
  while (addColumns());
  const { bytesBuffered } = producer.stats();
  assert.ok(bytesBuffered + 35 + 16 <= 4 * 600, 'a batch of one point still fits');
  const ready = producer.ready();
  assert.equal(await settledAs(ready), 'pending');
  world.socket.ack(1);
  assert.equal(await settledAs(ready), 'resolved');
  assert.equal(addColumns(), true);
  assert.equal(await settledAs(producer.ready()), 'resolved', 'nothing more was refused');
});

test('Producer with "drop-newest" keeps the first', () => {
  const fixture = fill('drop-newest', 100);
  assert.equal(fixture.taken.length, 100);
  assert.deepEqual(drain(fixture), upTo(40));
  const { pointsAdded, pointsDropped } = fixture.producer.stats();
  assert.deepEqual([pointsAdded, pointsDropped], [100, 60]);
});

test('Producer with "drop-oldest" keeps what is in flight and the last', async () => {
  const fixture = fill('drop-oldest', 100);
  assert.equal(fixture.taken.length, 100);
  const flushed = fixture.producer.flush();
  assert.deepEqual(drain(fixture), [...upTo(10), ...upTo(100).slice(70)]);
  assert.equal(fixture.producer.stats().pointsDropped, 60);
  assert.equal(await settledAs(flushed), 'resolved');
  assert.deepEqual(fixture.world.socket.seqs, [1, 2, 3, 4], 'what is dropped leaves no hole');
});

test('Producer with "drop-oldest" lets go of a flush whose points it dropped', async () => {
  const { producer } = produce({ whenFull: 'drop-oldest', maxBatchPoints: 10, maxBufferedBytes });
  producer.series('a');
  producer.add(0, 0, 1000);
  const flushed = producer.flush();
  for (let i = 1; i < 60; i++) producer.add(0, i, 1000 + i);
  assert.equal(await settledAs(flushed), 'resolved');
  assert.ok(producer.stats().pointsDropped > 0);
});

test('Producer sets room aside for the batch that is being built', () => {
  const { producer } = produce({ maxBatchPoints: 10, maxBufferedBytes });
  assert.equal(producer.stats().bytesBuffered, 0);
  producer.record('a', 1);
  assert.equal(producer.stats().bytesBuffered, maxBufferedBytes / 4);
});

test('Producer with "error" throws', () => {
  assert.throws(() => fill('error', 100), { code: 'MR_CLIENT_BUFFER_FULL' });
});

test('Producer conserves points under every policy', () => {
  for (const policy of ['block', 'drop-oldest', 'drop-newest'] as const) {
    const fixture = fill(policy, 137);
    drain(fixture);
    const stats = fixture.producer.stats();
    assert.equal(stats.pointsAdded, stats.pointsAcknowledged + stats.pointsDropped, policy);
    assert.equal(stats.pointsAdded, fixture.taken.length, policy);
    assert.equal(stats.bytesBuffered, 0);
  }
});

test('Producer.addColumns() is all or nothing, and throws for what could never fit', async () => {
  const { world, producer } = produce({ maxBatchPoints: 10, maxBufferedBytes });
  const add = (points: number): boolean =>
    producer.addColumns(new Uint32Array(points), new Float64Array(points), { baseMs: 0 });
  producer.series('a');
  assert.throws(() => add(11), { code: 'MR_CLIENT_TOO_LARGE' });
  let batches = 0;
  while (add(10)) batches++;
  assert.ok(batches >= 4);
  assert.equal(producer.stats().pointsBlocked, 10);
  const ready = producer.ready();
  world.socket.welcome();
  world.socket.ack(1);
  world.socket.ack(2);
  assert.equal(await settledAs(ready), 'resolved');
  assert.equal(add(10), true);
});

test('Producer keeps batches in flight to half of its buffer', () => {
  const { world, producer } = produce({ maxBatchPoints: 10, maxBufferedBytes });
  world.socket.welcome();
  producer.series('a');
  for (let i = 0; i < 40; i++) producer.add(0, i, 1000 + i);
  world.advance(50);
  assert.deepEqual(world.socket.seqs, [1, 2]);
  world.socket.ack(1);
  assert.deepEqual(world.socket.seqs, [1, 2, 3]);
});
