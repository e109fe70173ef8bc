import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  digitsOf,
  FLOAT_DIGITS,
  LATTICE_DIGITS_MAX,
  latticeOf,
  NO_PLACE,
} from '../../../native-free-core/cell/value-lattice.js';
import { BUCKET_INDEX_MAX, bucketIndex } from '../../../native-free-core/histogram/bucket.js';
import { fineIndex } from '../../../native-free-core/histogram/fine-bucket.js';

function roundTrip(value: number, digits: number): void {
  const lattice = latticeOf(digits);
  const index = bucketIndex(value);
  const place = lattice.placeOf(index);
  assert.notEqual(place, NO_PLACE, `${value} has a place`);
  assert.equal(lattice.placeOfValue(value), place);
  assert.equal(lattice.indexOf(place), index);
  const residual = lattice.residual(value, place);
  assert.ok(
    residual >= 0 && residual < lattice.points(place) && Number.isInteger(residual),
    `${value}: ${residual}`,
  );
  assert.equal(lattice.value(place, residual), value);
}

test('value() gives back each number when it is a decimal', () => {
  for (let digits = 0; digits <= LATTICE_DIGITS_MAX; digits++) {
    for (let number = -2000; number <= 2000; number++) roundTrip(number / 10 ** digits, digits);
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 45), max: 2 ** 45 }), (n) => roundTrip(n / 10 ** digits, digits)),
    );
  }
});

test('value() gives back each number when it is any float64', () => {
  for (let number = 0; number < 2000; number++) roundTrip(number * 5e-324, FLOAT_DIGITS);
  roundTrip(Number.MAX_VALUE, FLOAT_DIGITS);
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) =>
      roundTrip(value + 0, FLOAT_DIGITS),
    ),
    { numRuns: 2000 },
  );
});

test('placeOf() counts only buckets that hold a number when values are decimals', () => {
  const integers = latticeOf(0);
  for (let value = -200; value <= 200; value++) assert.equal(integers.placeOf(bucketIndex(value)), value);
  assert.equal(integers.placeOf(bucketIndex(201)), 200);
  assert.equal(integers.placeOf(bucketIndex(202)), 201);
  assert.equal(integers.placeOf(bucketIndex(256)), 228);
  const refuse = (value: number) => assert.equal(integers.placeOf(bucketIndex(value)), NO_PLACE);
  refuse(0.5);
  refuse(1.5);
  refuse(99.75);
  refuse(5e-324);
  refuse(1e300);
  refuse(-0.999);
});

test('placeOf() counts fine buckets when the run is of version 1', () => {
  const integers = latticeOf(0, true);
  for (let value = -256; value <= 256; value++) assert.equal(integers.placeOf(fineIndex(value)), value);
  assert.equal(integers.placeOf(fineIndex(258)), 257);
  assert.equal(integers.points(257), 2);
  const floats = latticeOf(FLOAT_DIGITS, true);
  assert.equal(floats.placeOf(fineIndex(201.5)), fineIndex(201.5));
  assert.equal(floats.points(fineIndex(201.5)), 2 ** 45);
  assert.equal(floats.placeMax, BUCKET_INDEX_MAX);
});

test('points() counts twice the numbers when a bucket is a pair', () => {
  const floats = latticeOf(FLOAT_DIGITS);
  assert.equal(floats.points(floats.placeOfValue(199)), 2 ** 45);
  assert.equal(floats.points(floats.placeOfValue(200)), 2 ** 46);
  assert.equal(latticeOf(0).points(200), 2);
  assert.equal(latticeOf(1).points(latticeOf(1).placeOfValue(12.3)), 1);
  assert.equal(latticeOf(1).points(latticeOf(1).placeOfValue(12.5)), 2);
});

test('placeOf() leaves no gap when places go from sparse to dense', () => {
  for (let digits = 0; digits <= LATTICE_DIGITS_MAX; digits++) {
    const lattice = latticeOf(digits);
    for (let place = 1; place < 2000; place++) {
      assert.equal(lattice.placeOf(lattice.indexOf(place)), place);
      assert.equal(lattice.indexOf(-place), -lattice.indexOf(place));
      const middle = lattice.middleUnits(place) / lattice.scale;
      assert.equal(bucketIndex(middle), lattice.indexOf(place), `${digits} digits, place ${place}`);
    }
  }
});

test('digitsOf() finds the fewest digits when the value is a decimal', () => {
  const check = (value: number, digits: number) => assert.equal(digitsOf(value, 0), digits);
  check(5, 0);
  check(-1e15, 0);
  check(0.5, 1);
  check(45.23, 2);
  check(0.000001, 6);
  check(0.1 + 0.2, LATTICE_DIGITS_MAX + 1);
  check(Math.PI, LATTICE_DIGITS_MAX + 1);
  assert.equal(digitsOf(5, 3), 3);
  assert.throws(() => latticeOf(7), /^Error: BUG/);
});
