import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inFlight, reconnect } from './in-flight-fixture.js';

test('Producer waits after BUSY, then sends again from that batch in order', () => {
  const { world, producer, states } = inFlight(3);
  world.socket.busy(2, 200);
  world.socket.busy(3, 200);
  producer.add(0, 4, 1000);
  world.advance(199);
  assert.deepEqual(world.socket.seqs, [1, 2, 3]);
  world.advance(1);
  assert.deepEqual(world.socket.seqs, [1, 2, 3, 2, 3, 4]);
  assert.deepEqual(states, ['connecting', 'live', 'busy', 'live']);
  const stats = producer.stats();
  assert.equal(stats.busy, 2);
  assert.equal(stats.pointsResent, 2);
});

test('Producer waits for the longest of several BUSY, and goes back to the lowest seq', () => {
  const { world } = inFlight(3);
  world.socket.busy(3, 500);
  world.socket.busy(2, 100);
  world.advance(499);
  assert.deepEqual(world.socket.seqs, [1, 2, 3]);
  world.advance(1);
  assert.deepEqual(world.socket.seqs, [1, 2, 3, 2, 3]);
});

test('Producer takes an ACK while it waits after BUSY', () => {
  const { world } = inFlight(3);
  world.socket.busy(1, 100);
  world.socket.ack(2);
  world.advance(100);
  assert.deepEqual(world.socket.seqs, [1, 2, 3, 3]);
});

test('Producer forgets BUSY with the connection that said it', () => {
  const fixture = inFlight(2);
  fixture.world.socket.busy(1, 50_000);
  reconnect(fixture, 0);
  assert.deepEqual(fixture.world.socket.seqs, [1, 2]);
  fixture.world.socket.busy(1, 3_600_000);
  fixture.world.advance(60_000);
  assert.deepEqual(fixture.world.socket.seqs, [1, 2], 'the old wait does not end the new one');
});
