import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex } from '../hex.js';
import { produce } from './fake-world.js';
import { inFlight } from './in-flight-fixture.js';

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
