import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Opcode } from '../../../protocol/index.js';
import { type Fixture, produce, settledAs } from './fake-world.js';
import { inFlight, reconnect } from './in-flight-fixture.js';

test('Producer sends again what the engine does not have: same seq, same bytes, in order, series first', () => {
  const fixture = inFlight(4);
  const { world, producer } = fixture;
  const before = world.socket.sent.filter((frame) => frame[1] === Opcode.columns);
  world.socket.assertUnchanged();
  reconnect(fixture, 2);
  assert.deepEqual(world.socket.opcodes, [Opcode.hello, Opcode.series, Opcode.columns, Opcode.columns]);
  assert.deepEqual(world.socket.sent.slice(2), before.slice(2));
  assert.deepEqual(world.socket.series, [{ ref: 0, name: 'a', labels: {} }]);
  const stats = producer.stats();
  assert.equal(stats.pointsResent, 2);
  assert.equal(stats.pointsResumed, 2);
  assert.equal(stats.reconnects, 1);
  world.socket.ack(4, 2);
  assert.equal(producer.stats().pointsAcknowledged, 4);
});

test('Producer settles everything where the engine has everything, and goes on from there', async () => {
  const fixture = inFlight(3);
  const flushed = fixture.producer.flush();
  reconnect(fixture, 3);
  assert.equal(await settledAs(flushed), 'resolved');
  fixture.producer.add(0, 4, 1000);
  fixture.world.advance(50);
  assert.deepEqual(fixture.world.socket.seqs, [4]);
});

test('Producer starts a session under a used name from lastSeq + 1', () => {
  const { world, producer } = produce();
  producer.record('a', 1, undefined, 1000);
  world.advance(50);
  world.socket.welcome({ lastSeq: 41 });
  assert.deepEqual(world.socket.seqs, [42]);
});

test('Producer keeps points given before the first connection, and numbers them when it stands', () => {
  const { world, producer } = produce();
  producer.record('a', 1, undefined, 1000);
  world.advance(50);
  world.socket.drop();
  producer.record('a', 2, undefined, 1000);
  world.advance(10_000);
  world.socket.welcome({ lastSeq: 7 });
  assert.deepEqual(
    world.socket.columns.map(({ seq, values }) => [seq, values]),
    [
      [8, [1]],
      [9, [2]],
    ],
  );
});

test('Producer binds again only what was bound, and later series with the batch that needs them', () => {
  const fixture = inFlight(1);
  const { world, producer } = fixture;
  reconnect(fixture, 1);
  assert.deepEqual(world.socket.opcodes, [Opcode.hello]);
  producer.record('b', 1, undefined, 1000);
  world.advance(50);
  assert.deepEqual(world.socket.opcodes, [Opcode.hello, Opcode.series, Opcode.columns]);
  assert.deepEqual(
    world.socket.series.map(({ ref }) => ref),
    [0, 1],
  );
  producer.record('c', 1, undefined, 1000);
  world.advance(50);
  assert.deepEqual(
    world.socket.series.map(({ ref }) => ref),
    [0, 1, 2],
  );
});

test('Producer backs off with full jitter, doubling to the maximum, and starts anew after an ACK', () => {
  const fixture = inFlight(1, { backoffMinMs: 100, backoffMaxMs: 1000 });
  const { world } = fixture;
  world.dice = 0.5;
  const waits: number[] = [];
  const fail = (): void => {
    world.socket.drop();
    waits.push(world.nextTimerMs);
    world.advance(world.nextTimerMs);
  };
  for (let i = 0; i < 6; i++) fail();
  assert.deepEqual(waits, [50, 100, 200, 400, 500, 500]);
  world.socket.welcome();
  fail();
  assert.equal(waits.at(-1), 500, 'a welcome alone is no success');
  world.socket.welcome();
  world.socket.ack(1);
  fail();
  assert.equal(waits.at(-1), 50);
  world.socket.welcome({ lastSeq: 1 });
  world.advance(1000);
  fail();
  assert.equal(waits.at(-1), 50, 'a connection that held was one');
});

test('Producer ends for good when another connection takes over', async () => {
  const { world, producer, errors, states } = inFlight(2);
  const flushed = producer.flush();
  world.socket.drop(4409, 'taken over');
  await assert.rejects(flushed, { code: 'MR_CLIENT_TAKEN_OVER' });
  world.advance(3_600_000);
  assert.equal(world.sockets.length, 1);
  assert.equal(world.timers, 0);
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['MR_CLIENT_TAKEN_OVER'],
  );
  assert.equal(states.at(-1), 'failed');
  assert.equal(producer.add(0, 3, 1000), false);
  await assert.rejects(producer.ready(), { code: 'MR_CLIENT_TAKEN_OVER' });
  assert.equal(producer.stats().pointsDropped, 2);
  assert.deepEqual(await producer.close(), { settled: false, pointsLost: 2 });
});

test('Producer that is taken over while it closes says so, and stays failed', async () => {
  const { world, producer, states } = inFlight(2);
  const closed = producer.close();
  world.socket.drop(4409);
  assert.deepEqual(await closed, { settled: false, pointsLost: 2 });
  assert.equal(states.at(-1), 'failed');
});

test('Producer ends for good when the token is refused', () => {
  const { world, errors } = produce({ token: 'wrong' });
  world.socket.open();
  world.socket.drop(4401, 'bad token');
  world.advance(3_600_000);
  assert.equal(world.sockets.length, 1);
  assert.equal(errors[0]?.code, 'MR_CLIENT_BAD_TOKEN');
});

test('Producer takes the points out of a batch that the engine answers with ERROR, and keeps its number', async () => {
  const { world, producer, errors } = inFlight(3);
  const flushed = producer.flush();
  world.socket.error(4400, 2);
  assert.equal(errors[0]?.code, 'MR_CLIENT_REFUSED');
  assert.deepEqual(world.socket.seqs, [1, 2, 3, 2]);
  assert.deepEqual(world.socket.columns.at(-1)?.values, []);
  world.socket.error(4400, 2);
  assert.equal(world.socket.seqs.length, 4, 'an empty batch is not sent again and again');
  world.socket.ack(3);
  assert.equal(await settledAs(flushed), 'resolved');
  assert.equal(producer.stats().pointsRefused, 1);
  assert.equal(producer.stats().pointsAcknowledged, 2);
});

test('Producer takes the points out of a numbered batch that is too large for the engine of now', () => {
  const fixture = produce();
  const { world, producer, errors } = fixture;
  world.socket.welcome();
  producer.series('a');
  producer.addColumns(new Uint32Array(100), new Float64Array(100), { baseMs: 0 });
  producer.addColumns(new Uint32Array(10), new Float64Array(10), { baseMs: 0 });
  world.socket.drop();
  world.advance(10_000);
  world.socket.welcome({ maxPointsPerBatch: 50 });
  assert.deepEqual(
    world.socket.columns.map(({ seq, values }) => [seq, values.length]),
    [
      [1, 0],
      [2, 10],
    ],
  );
  assert.match(errors[0]!.message, /batch 1 is larger than the engine takes now/);
});

test('Producer fills a hole that batches acknowledged from memory left, with batches without points', () => {
  const fixture = inFlight(5, { ack: 'memory' });
  const { world, producer } = fixture;
  world.socket.ack(4);
  reconnect(fixture, 2);
  assert.deepEqual(
    world.socket.columns.map(({ seq, values }) => [seq, values]),
    [
      [3, []],
      [4, []],
      [5, [5]],
    ],
  );
  world.socket.ack(5);
  assert.equal(producer.stats().batchesInFlight, 0);
});

test('Producer fills the hole also where nothing is in flight', () => {
  const fixture = inFlight(3, { ack: 'memory' });
  fixture.world.socket.ack(3);
  reconnect(fixture, 1);
  assert.deepEqual(fixture.world.socket.seqs, [2, 3]);
  fixture.producer.add(0, 4, 1000);
  fixture.world.advance(50);
  assert.deepEqual(fixture.world.socket.seqs, [2, 3, 4]);
});

test('Producer takes new numbers where the engine has lost its memory', () => {
  const { world, producer } = produce();
  world.socket.welcome({ lastSeq: 5000 });
  producer.record('a', 1, undefined, 1000);
  world.advance(50);
  assert.deepEqual(world.socket.seqs, [5001]);
  world.socket.drop();
  world.advance(10_000);
  world.socket.welcome({ lastSeq: 0 });
  assert.deepEqual(world.socket.seqs, [1]);
});

test('Producer tells of a name that another process uses', () => {
  const fixture = inFlight(2);
  reconnect(fixture, 9);
  assert.equal(fixture.errors[0]?.code, 'MR_CLIENT_NAME_SHARED');
  fixture.producer.add(0, 3, 1000);
  fixture.world.advance(50);
  assert.deepEqual(fixture.world.socket.seqs, [10]);
});

test('Producer without a name counts anew on every connection', () => {
  const fixture = inFlight(3, { producer: false });
  fixture.world.socket.ack(1);
  reconnect(fixture, 0);
  assert.deepEqual(
    fixture.world.socket.columns.map(({ seq, values }) => [seq, values]),
    [
      [1, [2]],
      [2, [3]],
    ],
  );
});

test('Producer may be closed from inside of every callback', () => {
  for (const name of ['onAck', 'onError', 'onReject', 'onState'] as const) {
    let calls = 0;
    let fixture: Fixture | undefined;
    const close = (): void => {
      calls++;
      void fixture?.producer.close({ timeoutMs: 0 });
    };
    fixture = inFlight(2, { [name]: close });
    fixture.world.socket.ack(1, 0, [{ reason: 'too_old', count: 1, firstIndex: 0 }]);
    fixture.world.socket.error(4400, 2);
    fixture.world.socket.drop(1011, 'oops');
    fixture.world.advance(60_000);
    assert.ok(calls > 0, name);
    assert.equal(fixture.producer.add(0, 1, 1000), false, name);
  }
});
