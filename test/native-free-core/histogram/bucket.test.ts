import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  BUCKET_INDEX_MAX,
  BUCKET_ORDINAL_MAX,
  BUCKET_RELATIVE_ERROR,
  BUCKETS_PER_OCTAVE,
  bucketHigh,
  bucketIndex,
  bucketInner,
  bucketLow,
  bucketMid,
  bucketOfOrdinal,
  bucketOrdinal,
  bucketUlp,
  bucketWidth,
  INDEXES_PER_OCTAVE,
  OCTAVE_COUNT,
  PAIRS_FROM,
  powerOfTwo,
} from '../../../native-free-core/histogram/bucket.js';

const EXTREMES = [
  5e-324, 1e-323, 1.5e-323, 1e-320, 2.2250738585072009e-308, 2.2250738585072014e-308, 1e-300, 0.1, 1,
  1.0078125, 127, 128, 199, 200, 201, 255, 256, 1e15, 1e300, 1.7976931348623157e308,
];

test('bucketIndex() is 0 for 0 and -0 only', () => {
  const check = (value: number, index: number) => assert.equal(bucketIndex(value), index);
  check(0, 0);
  check(-0, 0);
  check(5e-324, 1);
  check(-5e-324, -1);
  check(Number.MAX_VALUE, BUCKET_INDEX_MAX - 1);
  check(-Number.MAX_VALUE, 1 - BUCKET_INDEX_MAX);
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

function checkBucket(value: number): void {
  const index = bucketIndex(value);
  const [low, high] = [bucketLow(index), bucketHigh(index)];
  // Where a bucket is narrower than the grid of numbers both ends are the number.
  const isIn = value > 0 ? low <= value && (value < high || low === high) : low < value || low === high;
  assert.ok(isIn && low <= value && value <= high, `${value} in [${low}, ${high}]`);
  const error = Math.abs(bucketMid(index) - value) / Math.abs(value);
  assert.ok(error <= BUCKET_RELATIVE_ERROR, `${value}: ${error}`);
  assert.equal(bucketIndex(-value), -index);
  assert.equal(bucketIndex(bucketMid(index)), index, `the middle for ${value} is in its bucket`);
}

/** The ends of a bucket, the numbers beside them, and those beside its middle. */
function checkAround(index: number): void {
  const ulp = bucketUlp(index);
  const inner = bucketInner(index);
  for (const at of [inner, bucketMid(index), inner + bucketWidth(index)]) {
    for (const value of [at - ulp, at, at + ulp]) {
      if (value === 0 || !Number.isFinite(value)) continue;
      checkBucket(value);
      checkBucket(-value);
    }
  }
}

test('BUCKET_RELATIVE_ERROR is below the 0.5 % that answers promise', () => {
  assert.ok(BUCKET_RELATIVE_ERROR < 0.005 && BUCKET_RELATIVE_ERROR >= 255 / 51_200);
});

test('bucketMid() is within the stated error when the value is extreme', () => {
  for (const value of EXTREMES) {
    checkBucket(value);
    checkBucket(-value);
  }
});

test('bucketMid() is within the stated error of the ends of every kind of bucket in every octave', () => {
  for (let octave = 0; octave < OCTAVE_COUNT; octave++) {
    for (const place of [0, 1, PAIRS_FROM - 1, PAIRS_FROM, PAIRS_FROM + 2, 100, INDEXES_PER_OCTAVE - 2]) {
      const value = powerOfTwo(octave - 1074) * (1 + place / INDEXES_PER_OCTAVE);
      checkAround(bucketIndex(value));
    }
  }
});

test('bucketMid() is within the stated error of every number when there are few', () => {
  for (let number = 1; number < 2 ** 17; number++) checkBucket(number * 5e-324);
});

test('bucketMid() is within the stated error of any finite number', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      if (value !== 0) checkBucket(value);
    }),
    { numRuns: 20_000 },
  );
});

test('bucketMid() is exact when a subnormal bucket holds one number', () => {
  for (let number = 1; number < 128 + PAIRS_FROM; number++) {
    assert.equal(bucketMid(bucketIndex(number * 5e-324)), number * 5e-324, `${number}`);
  }
});

test('bucketInner() and bucketWidth() join the buckets without a gap when numbers are normal', () => {
  for (let ordinal = bucketOrdinal(bucketIndex(2 ** -1022)); ordinal < BUCKET_ORDINAL_MAX; ordinal += 97) {
    const index = bucketOfOrdinal(ordinal);
    assert.equal(bucketInner(index) + bucketWidth(index), bucketInner(bucketOfOrdinal(ordinal + 1)));
    assert.equal(bucketIndex(bucketInner(index)), index);
    assert.equal(bucketIndex(bucketMid(index)), index);
    assert.ok(bucketWidth(index) <= bucketInner(index) / 100);
  }
});

test('bucketIndex() takes two places as one from 1.5625 times the lower end of an octave on', () => {
  const check = (value: number, width: number) => assert.equal(bucketWidth(bucketIndex(value)), width);
  check(128, 1);
  check(199.999, 1);
  check(200, 2);
  check(255.999, 2);
  check(-200, 2);
  assert.equal(bucketIndex(200), bucketIndex(201.999));
  assert.notEqual(bucketIndex(202), bucketIndex(201.999));
  assert.equal((bucketIndex(200) - 1) % INDEXES_PER_OCTAVE, PAIRS_FROM);
});

test('bucketOrdinal() counts all buckets from 0 on, and bucketOfOrdinal() finds them again', () => {
  let before = 0;
  for (let ordinal = 1; ordinal <= BUCKET_ORDINAL_MAX; ordinal++) {
    const index = bucketOfOrdinal(ordinal);
    assert.ok(index > before && index - before <= 2);
    assert.equal(bucketOrdinal(index), ordinal);
    before = index;
  }
  assert.equal(before, bucketIndex(Number.MAX_VALUE));
  assert.equal(bucketOrdinal(-before), -BUCKET_ORDINAL_MAX);
  assert.equal(bucketOfOrdinal(-BUCKET_ORDINAL_MAX), -before);
  assert.equal(bucketOfOrdinal(0), 0);
  assert.equal(bucketOrdinal(0), 0);
  assert.equal(bucketOrdinal(bucketIndex(2)) - bucketOrdinal(bucketIndex(1)), BUCKETS_PER_OCTAVE);
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
  check(Number.MAX_VALUE, 2 ** 1023 * (1 + 126 / 128), Number.POSITIVE_INFINITY);
});

test('bucketInner() refuses when the index is out of range', () => {
  assert.throws(() => bucketInner(BUCKET_INDEX_MAX + 1), /^Error: BUG/);
  assert.throws(() => bucketMid(-BUCKET_INDEX_MAX - 1), /^Error: BUG/);
  assert.equal(OCTAVE_COUNT * INDEXES_PER_OCTAVE, BUCKET_INDEX_MAX);
});
