import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  readVarint,
  readZigzag,
  VARINT_BYTES_MAX,
  varint,
  varintBytes,
  writeVarint,
  writeZigzag,
  zigzagBytes,
} from '../../../native-free-core/codec/varint.js';

const MAX = Number.MAX_SAFE_INTEGER;

function checkUnsigned(value: number, bytes?: number[]): void {
  const out = new Uint8Array(12);
  const end = writeVarint(out, 2, value);
  if (bytes !== undefined) assert.deepEqual([...out.subarray(2, end)], bytes);
  assert.equal(end - 2, varintBytes(value));
  assert.ok(end - 2 <= VARINT_BYTES_MAX);
  assert.equal(readVarint(out, 2, end), end);
  assert.equal(varint.value, value);
  for (let cut = 2; cut < end; cut++) assert.equal(readVarint(out, 2, cut), -1);
}

function checkSigned(value: number, bytes?: number[]): void {
  const out = new Uint8Array(12);
  const end = writeZigzag(out, 2, value);
  if (bytes !== undefined) assert.deepEqual([...out.subarray(2, end)], bytes);
  assert.equal(end - 2, zigzagBytes(value));
  assert.ok(end - 2 <= VARINT_BYTES_MAX);
  assert.equal(readZigzag(out, 2, end), end);
  assert.equal(varint.value, value);
  for (let cut = 2; cut < end; cut++) assert.equal(readZigzag(out, 2, cut), -1);
}

test('writeVarint() and readVarint() agree when the value is at a boundary', () => {
  checkUnsigned(0, [0]);
  checkUnsigned(127, [0x7f]);
  checkUnsigned(128, [0x80, 0x01]);
  checkUnsigned(300, [0xac, 0x02]);
  checkUnsigned(2 ** 28 - 1, [0xff, 0xff, 0xff, 0x7f]);
  checkUnsigned(2 ** 28, [0x80, 0x80, 0x80, 0x80, 0x01]);
  checkUnsigned(MAX, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]);
});

test('writeZigzag() and readZigzag() agree when the value is at a boundary', () => {
  checkSigned(0, [0]);
  checkSigned(-1, [1]);
  checkSigned(1, [2]);
  checkSigned(63, [0x7e]);
  checkSigned(-64, [0x7f]);
  checkSigned(64, [0x80, 0x01]);
  checkSigned(-150, [0xab, 0x02]);
  checkSigned(MAX);
  checkSigned(-MAX);
});

test('the varint functions agree when the value is any safe integer', () => {
  fc.assert(fc.property(fc.maxSafeNat(), (value) => checkUnsigned(value)));
  fc.assert(fc.property(fc.maxSafeInteger(), (value) => checkSigned(value)));
  fc.assert(fc.property(fc.integer(), (value) => checkSigned(value)));
});

test('readVarint() answers -1 when the value is beyond 2^53 - 1 or has too many bytes', () => {
  const check = (...bytes: number[]) => {
    const input = Uint8Array.from(bytes);
    assert.equal(readVarint(input, 0, input.length), -1);
  };
  check(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x10);
  check(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01);
  check(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00);
  check();
});

test('readZigzag() answers -1 when the magnitude is beyond 53 bits', () => {
  const input = Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x20]);
  assert.equal(readZigzag(input, 0, input.length), -1);
  assert.equal(readZigzag(input, 8, 8), -1);
});
