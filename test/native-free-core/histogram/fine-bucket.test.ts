import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  BUCKET_INDEX_MAX,
  bucketIndex,
  bucketInner,
  INDEXES_PER_OCTAVE,
  OCTAVE_COUNT,
  powerOfTwo,
} from '../../../native-free-core/histogram/bucket.js';
import {
  bucketOfFine,
  fineIndex,
  fineMid,
  fineWidth,
} from '../../../native-free-core/histogram/fine-bucket.js';

/** The fine bucket by what the format says of it: sign, exponent, the first 7 bits of the mantissa. */
function defined(value: number): number {
  if (value === 0) return 0;
  const magnitude = Math.abs(value);
  let octave = 0;
  while (octave + 1 < OCTAVE_COUNT && powerOfTwo(octave - 1073) <= magnitude) octave++;
  // Scaled to [1, 2) in two steps, neither of which overflows.
  const half = Math.trunc((octave - 1074) / 2);
  const mantissa = magnitude / powerOfTwo(half) / powerOfTwo(octave - 1074 - half);
  const index = 1 + octave * INDEXES_PER_OCTAVE + Math.floor((mantissa - 1) * INDEXES_PER_OCTAVE);
  return value < 0 ? -index : index;
}

function check(value: number): void {
  const index = fineIndex(value);
  assert.equal(index, defined(value), `${value}`);
  assert.equal(bucketOfFine(index), bucketIndex(value), `${value}`);
}

test('fineIndex() is what version 1 of a run counts, and bucketOfFine() the bucket around it', () => {
  for (let number = 0; number < 2_000; number++) {
    check(number);
    check(-number);
    check(number * 5e-324);
    check(1 + number / 2_000);
  }
  check(Number.MAX_VALUE);
  check(-Number.MAX_VALUE);
  assert.equal(fineIndex(Number.MAX_VALUE), BUCKET_INDEX_MAX);
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), check), { numRuns: 5_000 });
});

test('fineWidth() and fineMid() are those of 128 buckets an octave', () => {
  const index = fineIndex(201.5);
  assert.equal(bucketInner(index), 201);
  assert.equal(fineWidth(index), 1);
  assert.equal(fineMid(index), 201.5);
  assert.equal(fineMid(-index), -201.5);
  assert.equal(fineWidth(fineIndex(127.9)), 0.5);
  assert.equal(fineMid(fineIndex(255 * 5e-324)), 255 * 5e-324);
  assert.equal(fineMid(0), 0);
  assert.equal(fineWidth(0), 0);
  assert.equal(bucketOfFine(0), 0);
});
