import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Producer } from '../../../protocol/client/producer.js';
import { FakeWorld, produce, settledAs } from './fake-world.js';

test('Producer.flush() resolves when all that was given before is settled', async () => {
  const { world, producer } = produce();
  const ref = producer.series('a');
  assert.equal(await settledAs(producer.flush()), 'resolved');
  world.socket.welcome();
  producer.add(ref, 1, 1000);
  const first = producer.flush();
  producer.add(ref, 2, 1000);
  const second = producer.flush();
  producer.add(ref, 3, 1000);
  assert.deepEqual(world.socket.seqs, [1, 2]);
  world.socket.ack(1, 1);
  assert.equal(await settledAs(first), 'resolved');
  assert.equal(await settledAs(second), 'pending');
  world.socket.ack(2, 1);
  assert.equal(await settledAs(second), 'resolved');
});

test('Producer.close() flushes, closes, and leaves no timer', async () => {
  const { world, producer, states } = produce();
  world.socket.welcome();
  const ref = producer.series('a');
  producer.add(ref, 1, 1000);
  const closed = producer.close();
  assert.equal(producer.add(ref, 2, 1000), false);
  assert.equal(producer.close(), closed);
  world.socket.ack(1, 1);
  assert.deepEqual(await closed, { settled: true, pointsLost: 0 });
  assert.equal(world.socket.closeCode, 1000);
  assert.equal(world.timers, 0);
  assert.equal(states.at(-1), 'closed');
  await assert.rejects(producer.flush(), { code: 'MR_CLIENT_CLOSED' });
  await assert.rejects(producer.ready(), { code: 'MR_CLIENT_CLOSED' });
});

test('Producer.close() tells what it lost when the engine does not answer in time', async () => {
  const { world, producer } = produce();
  world.socket.welcome();
  const ref = producer.series('a');
  producer.add(ref, 1, 1000);
  world.advance(50);
  producer.add(ref, 2, 1000);
  const flushed = producer.flush();
  const closed = producer.close({ timeoutMs: 500 });
  world.advance(499);
  assert.equal(await settledAs(closed), 'pending');
  world.advance(1);
  assert.deepEqual(await closed, { settled: false, pointsLost: 2 });
  await assert.rejects(flushed, { code: 'MR_CLIENT_CLOSED' });
  assert.equal(world.timers, 0);
  assert.equal(producer.stats().pointsDropped, 2);
});

test('Producer.close() leaves no timer, whatever the producer was waiting for', async () => {
  const waits: ((fixture: ReturnType<typeof produce>) => void)[] = [
    () => {},
    ({ world }) => world.socket.open(),
    ({ world }) => world.socket.drop(),
    ({ world }) => {
      world.socket.welcome();
      world.socket.drop();
    },
    ({ world, producer }) => {
      world.socket.welcome();
      producer.record('a', 1);
      world.advance(50);
      world.socket.busy(1, 3_600_000);
    },
  ];
  for (const wait of waits) {
    const fixture = produce();
    wait(fixture);
    const closed = fixture.producer.close({ timeoutMs: 5 });
    fixture.world.advance(5);
    await closed;
    assert.equal(fixture.world.timers, 0);
    fixture.world.advance(10_000);
    assert.deepEqual([fixture.world.sockets.length, fixture.states.at(-1)], [1, 'closed']);
  }
});

test('Producer refuses options that have no meaning', () => {
  const check = (options: object, text: RegExp): void =>
    assert.throws(() => produce(options), { code: 'MR_CLIENT_OPTION', message: text });
  check({ producer: '' }, /producer must be of 1 to 256 bytes, got 0/);
  check({ producer: 'x'.repeat(257) }, /got 257/);
  check({ token: 'x'.repeat(4097) }, /token must be of at most 4096 bytes/);
  check({ whenFull: 'panic' }, /whenFull must be .* got panic/);
  check({ maxBatchPoints: 0 }, /maxBatchPoints must be from 1 to 1000000, got 0/);
  check({ flushIntervalMs: Number.NaN }, /flushIntervalMs must be/);
  check({ maxBufferedBytes: 1000 }, /must hold 4 batches of maxBatchPoints, which is \d+ bytes, got 1000/);
});

test('Producer makes a name of its own where none is given, and none where it is turned off', () => {
  const { world } = produce({ producer: undefined as unknown as string });
  world.socket.open();
  assert.match(world.socket.hello.producer, /^[a-z0-9]{20}$/);
  const names = new Set(
    [0, 0.3, 0.99].map((dice) => {
      const other = new FakeWorld();
      other.dice = dice;
      new Producer({ url: '' }, other);
      other.socket.open();
      return other.socket.hello.producer;
    }),
  );
  assert.equal(names.size, 3);
  const nameless = produce({ producer: false });
  nameless.world.socket.open();
  assert.equal(nameless.world.socket.hello.producer, '');
});

test('Producer numbers its connections, under a text of its own, so that the engine knows which is the last', () => {
  const { world } = produce({ backoffMinMs: 1, backoffMaxMs: 1 });
  world.socket.open();
  const { instance, attempt, backfill } = world.socket.hello;
  assert.match(instance, /^[a-z0-9]{20}$/);
  assert.deepEqual([attempt, backfill], [1, false]);
  // Given up before it was welcomed.
  world.advance(20_000);
  world.socket.open();
  assert.equal(world.sockets.length > 1, true);
  assert.deepEqual(
    [world.socket.hello.instance, world.socket.hello.attempt],
    [instance, world.sockets.length],
  );
  const nameless = produce({ producer: false, backfill: true });
  nameless.world.socket.open();
  const hello = nameless.world.socket.hello;
  assert.deepEqual([hello.instance, hello.attempt, hello.backfill], ['', 0, true]);
});
