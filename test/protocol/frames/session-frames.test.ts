import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from '@msgpack/msgpack';
import {
  AckView,
  BusyView,
  CursorWriter,
  DecodeStatus,
  decodeAck,
  decodeBusy,
  decodeError,
  decodeHello,
  decodeWelcome,
  ErrorView,
  encodeHello,
  HelloView,
  peekOpcode,
  WelcomeView,
} from '../../../protocol/index.js';
import { fromHex } from '../hex.js';

const { ok, malformed, wrongShape, overLimit } = DecodeStatus;

test('decodeHello() fills in what is absent and passes over what it does not know', () => {
  const view = new HelloView();
  const frame = encode([
    0,
    { later: [1, { deep: 2 }], v: 1, producer: null, [`k${'x'.repeat(100)}`]: 1 },
    'x',
  ]);
  assert.equal(decodeHello(frame, view), ok, view.failure.text);
  assert.equal(view.producer, '');
  assert.equal(view.ack, 'durable');
});

test('decodeHello() forgets the HELLO before', () => {
  const view = new HelloView();
  const full = { v: 1, producer: 'p', token: 't', ack: 'memory', client: 'c', instance: 'i', attempt: 7 };
  assert.equal(decodeHello(encode([0, { ...full, backfill: true }]), view), ok);
  assert.deepEqual([view.instance, view.attempt, view.backfill], ['i', 7, true]);
  for (const empty of [{ v: 1 }, { v: 1, instance: null, attempt: null, backfill: null }]) {
    assert.equal(decodeHello(encode([0, empty]), view), ok);
    assert.deepEqual([view.producer, view.token, view.ack, view.client], ['', '', 'durable', '']);
    assert.deepEqual([view.instance, view.attempt, view.backfill], ['', 0, false]);
  }
});

test('decodeHello() says what it wanted and what came', () => {
  const view = new HelloView();
  const check = (fields: unknown, status: number, text: string): void => {
    assert.equal(decodeHello(encode([0, fields]), view), status, text);
    assert.equal(view.failure.text, text);
  };
  check({ v: 2 }, wrongShape, 'expected v 1, got 2 at byte 2');
  check({}, wrongShape, 'expected v 1, got none at byte 2');
  check({ v: '1' }, wrongShape, 'expected v as an unsigned integer, got a string at byte 5');
  check({ v: 1, producer: '' }, wrongShape, 'expected producer of 1 to 256 bytes, got 0 bytes at byte 15');
  check(
    { v: 1, producer: 'x'.repeat(257) },
    overLimit,
    'expected producer of 1 to 256 bytes, got 257 bytes at byte 15',
  );
  check({ v: 1, producer: 5 }, wrongShape, 'expected producer as a string, got an integer at byte 15');
  check({ v: 1, ack: 'never' }, wrongShape, 'expected ack as "durable" or "memory", got "never" at byte 10');
  check(
    { v: 1, token: 'x'.repeat(4097) },
    overLimit,
    'expected token of 0 to 4096 bytes, got 4097 bytes at byte 12',
  );
  check(
    { v: 1, instance: 'x'.repeat(65) },
    overLimit,
    'expected instance of 0 to 64 bytes, got 65 bytes at byte 15',
  );
  check(
    { v: 1, attempt: -1 },
    wrongShape,
    'expected attempt as an integer from 0 to 9007199254740991, got -1 at byte 14',
  );
  check({ v: 1, backfill: 1 }, wrongShape, 'expected backfill as a boolean, got an integer at byte 15');
  check([1], wrongShape, 'expected HELLO as a map, got an array at byte 2');
  check({ v: 1, 5: 1 }, ok, '');
  assert.equal(decodeHello(fromHex('92 00 81 05 05'), view), wrongShape);
  assert.equal(decodeHello(fromHex('92 00 81 a1'), view), malformed);
  assert.equal(decodeHello(fromHex('92 00 82 a1 76 01 a5 74 6f 6b 65 6e a1 ff'), view), wrongShape);
  assert.equal(view.failure.text, 'expected token in UTF-8, got other bytes at byte 12');
});

test('encodeHello() leaves out what is undefined', () => {
  const writer = new CursorWriter();
  encodeHello(writer, { producer: undefined, token: '' });
  const view = new HelloView();
  assert.equal(decodeHello(writer.view(), view), ok);
  assert.deepEqual([view.producer, view.token], ['', '']);
});

test('decodeWelcome() wants every limit', () => {
  const view = new WelcomeView();
  const good = { v: 1, server: 's', maxFrameBytes: 1, maxPointsPerBatch: 1, maxInFlight: 1 };
  const check = (fields: unknown, status: number, text: string): void => {
    assert.equal(decodeWelcome(encode([64, fields]), view), status);
    assert.equal(view.failure.text, text);
  };
  check(good, ok, '');
  assert.equal(view.lastSeq, 0);
  check({ ...good, v: 2 }, wrongShape, 'expected v 1, got 2 at byte 2');
  check({ ...good, maxInFlight: 0 }, wrongShape, 'expected maxInFlight of at least 1, got 0 at byte 2');
  check({ v: 1 }, wrongShape, 'expected maxFrameBytes of at least 1, got 0 at byte 2');
  check(
    { ...good, maxFrameBytes: -1 },
    wrongShape,
    'expected maxFrameBytes as an integer from 0 to 9007199254740991, got -1 at byte 29',
  );
});

test('decodeAck() keeps reasons that it does not know, and tells a list that is not one', () => {
  const view = new AckView();
  assert.equal(decodeAck(encode([65, 1, 2, [['new_reason', 3, 4, 'later']], 'later']), view), ok);
  assert.deepEqual(view.rejected, [{ reason: 'new_reason', count: 3, firstIndex: 4 }]);
  assert.equal(decodeAck(encode([65, 1, 2, []]), view), ok);
  assert.deepEqual(view.rejected, []);
  assert.equal(decodeAck(encode([65, 1, 2, [['x', 1]]]), view), wrongShape);
  assert.equal(
    view.failure.text,
    'expected a reject reason as [reason, count, firstIndex], got 2 elements at byte 5',
  );
  assert.equal(decodeAck(encode([65, 0, 2, []]), view), wrongShape);
  assert.equal(decodeAck(fromHex('94 41 01 02 dd ff ff ff ff'), view), malformed);
});

test('decodeBusy() wants a delay that can be waited for', () => {
  const view = new BusyView();
  assert.equal(decodeBusy(encode([66, 1, 0.5, '']), view), ok);
  assert.equal(view.retryAfterMs, 0.5);
  for (const delay of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.equal(decodeBusy(encode([66, 1, delay, '']), view), wrongShape);
    assert.equal(view.failure.text, `expected retryAfterMs of 0 or more, got ${delay} at byte 3`);
  }
});

test('decodeError() takes numbers and strings for codes', () => {
  const view = new ErrorView();
  assert.equal(decodeError(encode([67, 4400, 'm', null]), view), ok);
  assert.deepEqual([view.code, view.message, view.seq], [4400, 'm', 0]);
  assert.equal(decodeError(encode([67, 'bad_frame', 'm', 5]), view), ok);
  assert.deepEqual([view.code, view.message, view.seq], ['bad_frame', 'm', 5]);
});

test('peekOpcode() reads every form of the two integers before it, and is -1 for what is no frame', () => {
  const check = (hex: string, opcode: number): void => assert.equal(peekOpcode(fromHex(hex)), opcode, hex);
  check('92 00 80', 0);
  check('94 43', 67);
  check('dc 00 02 01 90', 1);
  check('dd 00 00 00 02 cc 02', 2);
  check('92 cd 00 03', 3);
  check('92 cc c8', 200);
  check('90', -1);
  check('90 00', -1);
  check('', -1);
  check('92', -1);
  check('92 a0', -1);
  check('92 ff', -1);
  check('92 cd 00', -1);
  check('80 00', -1);
  check('dc 00 00 05', -1);
});
