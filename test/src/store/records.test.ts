import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sealEnvelope } from '../../../src/store/envelope.js';
import {
  decodeGroupRecord,
  decodeProducerRecord,
  decodeShardRecord,
  decodeWindowRecord,
  emptyGroupRecord,
  encodeGroupRecord,
  encodeProducerRecord,
  encodeShardRecord,
  encodeWindowRecord,
} from '../../../src/store/records.js';
import { PREFIX_SHARD, TABLE_GROUP } from '../../../src/store/store-layout.js';

const plain = { noNullPrototype: true };
const count = fc.maxSafeNat();
const word = fc.integer();

const group = fc.record(
  { storedGeneration: count, partialBound: count, storedPoints: count, expiredPoints: count },
  plain,
);
const window = fc.record({ contiguous: count, low: word, high: word, lastSeenMs: count }, plain);
const shard = fc.record(
  {
    session: count,
    ringPosition: word,
    nextLogPosition: count,
    acceptedPoints: count,
    damagedPoints: count,
  },
  plain,
);

test('records come back as they went in', () => {
  fc.assert(
    fc.property(group, window, shard, (g, w, s) => {
      assert.deepEqual(decodeGroupRecord(encodeGroupRecord(g)), g);
      assert.deepEqual(decodeWindowRecord(encodeWindowRecord(w)), w);
      assert.deepEqual(decodeShardRecord(encodeShardRecord(s)), s);
    }),
  );
  assert.deepEqual(decodeGroupRecord(encodeGroupRecord(emptyGroupRecord())), emptyGroupRecord());
});

test('the name of a producer comes back as it went in, and damage to it is found', () => {
  for (const name of ['p', 'größer', '']) {
    const value = encodeProducerRecord(Buffer.from(name));
    assert.equal(Buffer.from(decodeProducerRecord(value)!).toString(), name);
    for (let bit = 0; bit < value.length * 8; bit++) {
      const flipped = value.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      assert.equal(decodeProducerRecord(flipped), undefined, `bit ${bit}`);
    }
  }
});

test('a record is not taken for one of another kind', () => {
  const value = encodeGroupRecord(emptyGroupRecord());
  assert.equal(decodeWindowRecord(value), undefined);
  assert.equal(decodeShardRecord(value), undefined);
});

test('a record is read wherever its bytes lie', () => {
  const value = encodeShardRecord({
    session: 1,
    ringPosition: -2,
    nextLogPosition: 3,
    acceptedPoints: 4,
    damagedPoints: 5,
  });
  const moved = new Uint8Array(value.length + 3);
  moved.set(value, 3);
  assert.deepEqual(decodeShardRecord(moved.subarray(3)), decodeShardRecord(value));
});

test('a record with a field too few is damage, and one with a field more is read', () => {
  const resized = (fields: number): Uint8Array => {
    const value = new Uint8Array(8 + fields * 8);
    value.set(encodeGroupRecord({ ...emptyGroupRecord(), storedGeneration: 9 }).subarray(0, value.length));
    sealEnvelope(value, TABLE_GROUP);
    return value;
  };
  assert.equal(decodeGroupRecord(resized(3)), undefined);
  assert.equal(decodeGroupRecord(resized(5))?.storedGeneration, 9);
  assert.equal(decodeGroupRecord(new Uint8Array(0)), undefined);
});

test('every flipped bit of a record is damage', () => {
  const value = encodeShardRecord({
    session: 99,
    ringPosition: 1,
    nextLogPosition: 2,
    acceptedPoints: 3,
    damagedPoints: 0,
  });
  assert.equal(value[1], PREFIX_SHARD);
  for (let bit = 0; bit < value.length * 8; bit++) {
    const flipped = value.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    assert.equal(decodeShardRecord(flipped), undefined, `bit ${bit}`);
  }
});
