import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Opcode } from '../../../protocol/index.js';
import { fromHex } from '../hex.js';
import { type Fixture, produce, settledAs } from './fake-world.js';

/** A welcomed producer with `batches` batches of one point in flight: value i in batch i, from 1. */
function inFlight(batches: number, options: Parameters<typeof produce>[0] = {}): Fixture {
  const fixture = produce(options);
  fixture.world.socket.welcome();
  const ref = fixture.producer.series('a');
  for (let i = 1; i <= batches; i++) {
    fixture.producer.add(ref, i, 1000);
    fixture.world.advance(50);
  }
  return fixture;
}

/** Breaks the connection and answers the next one. */
function reconnect({ world }: Fixture, lastSeq: number): void {
  world.socket.drop();
  world.advance(10_000);
  world.socket.welcome({ lastSeq });
}

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

test('Producer connects again where no WELCOME comes', () => {
  const { world, errors } = produce({ connectTimeoutMs: 500 });
  world.advance(500);
  assert.equal(errors[0]?.code, 'MR_CLIENT_TIMEOUT');
  assert.equal(world.socket.closeCode, 1000);
  world.advance(100);
  assert.equal(world.sockets.length, 2);
});

test('Producer takes a connection for dead that owes an answer for too long', () => {
  const { world, errors } = inFlight(1, { ackTimeoutMs: 1000 });
  world.advance(900);
  assert.equal(world.sockets.length, 1);
  world.advance(200);
  assert.equal(errors[0]?.code, 'MR_CLIENT_TIMEOUT');
  assert.equal(world.sockets.length, 2);
});

test('Producer takes the next connection for dead too', () => {
  const { world, errors } = inFlight(1, { ackTimeoutMs: 1000 });
  world.advance(1100);
  world.socket.welcome();
  world.advance(1100);
  assert.equal(world.sockets.length, 3);
  assert.equal(errors.length, 2);
});

test('Producer counts the silence from the batch that is owed an answer', () => {
  const { world, producer } = produce({ ackTimeoutMs: 1000, flushIntervalMs: 0 });
  world.socket.welcome();
  producer.record('a', 1);
  world.advance(0);
  world.socket.ack(1);
  world.advance(999);
  producer.record('a', 2);
  world.advance(900);
  assert.equal(world.sockets.length, 1);
  world.advance(100);
  assert.notEqual(world.socket.closeCode, undefined);
});

test('Producer lets a connection be silent that owes nothing', () => {
  const { world, errors } = inFlight(1, { ackTimeoutMs: 1000 });
  world.socket.ack(1);
  world.advance(3_600_000);
  assert.equal(world.sockets.length, 1);
  assert.deepEqual(errors, []);
});

test('Producer hears nothing of a connection that it has given up', () => {
  const { world, producer } = inFlight(1, { ackTimeoutMs: 1000 });
  const old = world.socket;
  world.advance(1100);
  old.ack(1);
  old.drop(4409);
  assert.equal(producer.stats().batchesAcknowledged, 0);
  assert.equal(world.sockets.length, 2);
});

test('Producer connects again where the engine sends what is no frame', () => {
  const check = (hex: string, text: RegExp): void => {
    const { world, errors } = inFlight(1);
    world.socket.replyBytes(fromHex(hex));
    assert.equal(errors[0]?.code, 'MR_CLIENT_PROTOCOL', hex);
    assert.match(errors[0]!.message, text);
    assert.equal(world.socket.closeCode, 4400);
    world.advance(100);
    assert.equal(world.sockets.length, 2);
  };
  check('c1', /expected a frame of the engine, got opcode -1/);
  check('92 00 80', /expected a frame of the engine, got HELLO/);
  check('94 41 01 02', /reject reasons/);
  check('94 41 05 02 90', /expected ACK of a batch below 2, got 5/);
  check('94 41 02 02 90', /expected ACK of a batch below 2, got 2/);
  check('92 40 80', /expected one WELCOME, got another/);
  check('94 42 01 ff a0', /retryAfterMs/);
});

test('Producer passes over frames of later versions', () => {
  const { world, errors } = inFlight(1);
  world.socket.replyBytes(fromHex('92 7f 80'));
  assert.deepEqual(errors, []);
  assert.equal(world.sockets.length, 1);
});

test('Producer wants binary messages, and a WELCOME before all others', () => {
  const { world, errors } = produce();
  world.socket.open();
  world.socket.onmessage?.({ data: 'hello' });
  assert.match(errors[0]!.message, /expected a binary message, got text/);
  world.advance(100);
  world.socket.open();
  world.socket.ack(1);
  assert.match(errors[1]!.message, /expected WELCOME, got ACK/);
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
