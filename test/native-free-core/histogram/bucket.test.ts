import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BUCKET_INDEX_MAX,
  BUCKET_RELATIVE_ERROR,
  BUCKETS_PER_OCTAVE,
  bucketHigh,
  bucketIndex,
  bucketInner,
  bucketLow,
  bucketMid,
  bucketWidth,
  OCTAVE_COUNT,
  powerOfTwo,
} from '../../../native-free-core/histogram/bucket.js';

const EXTREMES = [
  5e-324, 1e-323, 1.5e-323, 1e-320, 2.2250738585072009e-308, 2.2250738585072014e-308, 1e-300, 0.1, 1,
  1.0078125, 127, 128, 255, 256, 1e15, 1e300, 1.7976931348623157e308,
];

test('bucketIndex() is 0 for 0 and -0 only', () => {
  const check = (value: number, index: number) => assert.equal(bucketIndex(value), index);
  check(0, 0);
  check(-0, 0);
  check(5e-324, 1);
  check(-5e-324, -1);
  check(Number.MAX_VALUE, BUCKET_INDEX_MAX);
  check(-Number.MAX_VALUE, -BUCKET_INDEX_MAX);
});

test('bucketIndex() leaves the range when the value is not finite', () => {
  const check = (value: number) => assert.ok(Math.abs(bucketIndex(value)) > BUCKET_INDEX_MAX);
  check(Number.POSITIVE_INFINITY);
  check(Number.NEGATIVE_INFINITY);
  check(Number.NaN);
});

test('bucketIndex() ascends and mirrors when values ascend', () => {
  let before = 0;
  for (let exponent = -1074; exponent < 1024; exponent++) {
    for (const factor of [1, 1 + 1 / 128, 1.25, 1.5, 2 - 1 / 128]) {
      const value = powerOfTwo(exponent) * factor;
      if (!Number.isFinite(value)) continue;
      const index = bucketIndex(value);
      assert.ok(index >= before, `${value}`);
      assert.equal(bucketIndex(-value), -index);
      before = index;
    }
  }
});

test('bucketMid() is within the stated error when the value is extreme', () => {
  const check = (value: number) => {
    const index = bucketIndex(value);
    assert.ok(bucketLow(index) <= value && value <= bucketHigh(index), `${value} in its bucket`);
    const error = Math.abs(bucketMid(index) - value);
    assert.ok(error <= Math.abs(value) * BUCKET_RELATIVE_ERROR, `${value}: ${error}`);
  };
  for (const value of EXTREMES) {
    check(value);
    check(-value);
  }
});

test('bucketMid() is exact when a subnormal bucket holds one number', () => {
  for (let number = 1; number < 256; number++) {
    assert.equal(bucketMid(bucketIndex(number * 5e-324)), number * 5e-324, `${number}`);
  }
});

test('bucketInner() and bucketWidth() join the buckets without a gap when numbers are normal', () => {
  for (let index = bucketIndex(2 ** -1022); index < BUCKET_INDEX_MAX; index += 97) {
    assert.equal(bucketInner(index) + bucketWidth(index), bucketInner(index + 1));
    assert.equal(bucketIndex(bucketInner(index)), index);
    assert.equal(bucketIndex(bucketMid(index)), index);
    assert.ok(bucketWidth(index) <= bucketInner(index) / BUCKETS_PER_OCTAVE);
  }
});

test('bucketLow() and bucketHigh() order the ends when the sign differs', () => {
  const check = (value: number, low: number, high: number) => {
    assert.equal(bucketLow(bucketIndex(value)), low);
    assert.equal(bucketHigh(bucketIndex(value)), high);
  };
  check(256, 256, 258);
  check(257, 256, 258);
  check(-257, -258, -256);
  check(0, 0, 0);
  check(Number.MAX_VALUE, 2 ** 1023 * (1 + 127 / 128), Number.POSITIVE_INFINITY);
});

test('bucketInner() refuses when the index is out of range', () => {
  assert.throws(() => bucketInner(BUCKET_INDEX_MAX + 1), /^Error: BUG/);
  assert.throws(() => bucketMid(-BUCKET_INDEX_MAX - 1), /^Error: BUG/);
  assert.equal(OCTAVE_COUNT * BUCKETS_PER_OCTAVE, BUCKET_INDEX_MAX);
});
