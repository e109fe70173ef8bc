import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENVELOPE_BYTES, openEnvelope, sealEnvelope } from '../../../src/store/envelope.js';

const TABLE = 7;

function sealed(...payload: number[]): Uint8Array {
  const value = Uint8Array.of(...new Array<number>(ENVELOPE_BYTES).fill(0xee), ...payload);
  sealEnvelope(value, TABLE);
  return value;
}

test('sealEnvelope() writes the golden bytes', () => {
  const check = (value: Uint8Array, hex: string) => assert.equal(Buffer.from(value).toString('hex'), hex);
  check(sealed(), '01070000b1508b22');
  check(sealed(1, 2, 3), '01070000afa2bbd3010203');
});

test('openEnvelope() takes what was sealed, of any length', () => {
  for (let length = 0; length < 40; length++) {
    assert.equal(openEnvelope(sealed(...Array.from({ length }, (_, i) => i * 7)), TABLE), 'ok');
  }
});

test('openEnvelope() finds every flipped bit, also in the version', () => {
  const value = sealed(0, 255, 1, 2, 3, 0x80, 0, 0, 0);
  for (let bit = 0; bit < value.length * 8; bit++) {
    const flipped = value.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    assert.equal(openEnvelope(flipped, TABLE), 'damaged', `bit ${bit}`);
  }
});

test('openEnvelope() finds a cut value and one of another table', () => {
  const value = sealed(1, 2, 3, 4);
  for (let length = 0; length < value.length; length++) {
    assert.equal(openEnvelope(value.slice(0, length), TABLE), 'damaged');
  }
  assert.equal(openEnvelope(value, TABLE + 1), 'damaged');
});

test('openEnvelope() says newer when a whole value has a version that it does not know', () => {
  // What a later version would write: CRC32C of the payload, with its own first bytes mixed in.
  const value = sealed(5, 6);
  const crc = new DataView(value.buffer);
  const old = crc.getUint32(0, true);
  value[0] = 2;
  const mixed = Math.imul(old, 0x9e3779b1) ^ Math.imul(crc.getUint32(0, true), 0x9e3779b1);
  crc.setUint32(4, crc.getUint32(4, true) ^ mixed, true);
  assert.equal(openEnvelope(value, TABLE), 'newer');
});
