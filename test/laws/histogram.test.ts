import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BUCKET_RELATIVE_ERROR, bucketIndex, bucketMid } from '../../native-free-core/histogram/bucket.js';
import { nearestRank } from '../../native-free-core/histogram/nearest-rank.js';
import { PagedHistogram } from '../../native-free-core/histogram/paged-histogram.js';
import { Sketch } from '../../native-free-core/histogram/sketch.js';
import {
  decodeSketchInto,
  encodeSketchInto,
  SKETCH_MALFORMED,
  sketchBytesMax,
} from '../../native-free-core/histogram/sketch-codec.js';

const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -300, max: 300 }),
  fc.double({ min: -1e3, max: 1e3, noNaN: true }),
  fc.constantFrom(0, -0, 5e-324, -5e-324, 1e-310, Number.MAX_VALUE, -Number.MAX_VALUE),
);
const values = fc.array(value, { maxLength: 80 });
const percent = fc.oneof(
  fc.constantFrom(0, 1, 50, 90, 99, 99.9, 100),
  fc.double({ min: 0, max: 100, noNaN: true }),
);

function sketchOf(list: number[]): Sketch {
  const sketch = new Sketch(1);
  for (const each of list) sketch.add(each);
  return sketch;
}

function data(sketch: Sketch): unknown {
  return [
    sketch.count,
    Array.from(sketch.indexes.subarray(0, sketch.length)),
    Array.from(sketch.counts.subarray(0, sketch.length)),
  ];
}

function merged(left: Sketch, right: Sketch): Sketch {
  const sketch = new Sketch(1);
  sketch.merge(left);
  sketch.merge(right);
  return sketch;
}

/** The exact percentile, by sorting. */
function exact(list: number[], of: number): number {
  return [...list].sort((a, b) => a - b)[nearestRank(of, list.length) - 1]! + 0;
}

function checkNear(actual: number, expected: number): void {
  assert.ok(
    Math.abs(actual - expected) <= Math.abs(expected) * BUCKET_RELATIVE_ERROR,
    `${actual} for ${expected}`,
  );
}

test('bucketMid() is within the stated error of every value', () => {
  fc.assert(
    fc.property(value, (each) => checkNear(bucketMid(bucketIndex(each)), each)),
    { numRuns: 5000 },
  );
});

test('bucketIndex() is monotone and odd', () => {
  fc.assert(
    fc.property(value, value, (left, right) => {
      assert.ok(
        left <= right ? bucketIndex(left) <= bucketIndex(right) : bucketIndex(left) >= bucketIndex(right),
      );
      assert.equal(bucketIndex(-left) + bucketIndex(left), 0);
    }),
    { numRuns: 5000 },
  );
});

test('Sketch.merge() is associative, commutative, has an identity, and equals feeding directly', () => {
  fc.assert(
    fc.property(values, values, values, (a, b, c) => {
      const [x, y, z] = [sketchOf(a), sketchOf(b), sketchOf(c)];
      assert.deepEqual(data(merged(merged(x, y), z)), data(merged(x, merged(y, z))));
      assert.deepEqual(data(merged(x, y)), data(merged(y, x)));
      assert.deepEqual(data(merged(x, new Sketch())), data(x));
      assert.deepEqual(data(merged(new Sketch(), x)), data(x));
      assert.deepEqual(data(merged(x, y)), data(sketchOf([...a, ...b])));
    }),
    { numRuns: 500 },
  );
});

test('Sketch.quantile() is within the stated error of the exact nearest rank', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), percent, (list, of) => {
      checkNear(sketchOf(list).quantile(of), exact(list, of));
    }),
    { numRuns: 1000 },
  );
});

test('decodeSketchInto() gives back what encodeSketchInto() wrote', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(value, fc.oneof(fc.nat(5), fc.nat(2 ** 40))), { maxLength: 60 }),
      (pairs) => {
        const sketch = new Sketch();
        for (const [each, times] of pairs) sketch.add(each, times + 1);
        const out = new Uint8Array(sketchBytesMax(sketch) + 2);
        const end = encodeSketchInto(sketch, out, 2);
        assert.ok(end <= out.length);
        const decoded = sketchOf([1, 2, 3]);
        assert.equal(decodeSketchInto(out, 2, end, decoded), end);
        assert.deepEqual(data(decoded), data(sketch));
      },
    ),
    { numRuns: 1000 },
  );
});

test('decodeSketchInto() makes a valid sketch or none when bytes are arbitrary', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const sketch = new Sketch();
      const end = decodeSketchInto(bytes, 0, bytes.length, sketch);
      if (end === SKETCH_MALFORMED) {
        assert.equal(sketch.count, 0);
        return;
      }
      assert.ok(end <= bytes.length);
      let total = 0;
      for (let i = 0; i < sketch.length; i++) {
        assert.ok(i === 0 || sketch.indexes[i]! > sketch.indexes[i - 1]!);
        assert.ok(sketch.counts[i]! >= 1);
        total += sketch.counts[i]!;
      }
      assert.equal(total, sketch.count);
    }),
    { numRuns: 5000 },
  );
});

test('PagedHistogram equals the sketch of the same values when pages suffice', () => {
  const histogram = PagedHistogram.withOwnMemory(256);
  const sketch = new Sketch();
  fc.assert(
    fc.property(values, percent, (list, of) => {
      histogram.reset();
      for (const each of list) histogram.record(each);
      sketch.fromHistogram(histogram);
      assert.equal(histogram.overflow, 0);
      assert.deepEqual(data(sketch), data(sketchOf(list)));
      if (list.length > 0) {
        checkNear(histogram.quantile(of), exact(list, of));
        assert.ok(histogram.quantile(of) >= histogram.min && histogram.quantile(of) <= histogram.max);
      }
    }),
    { numRuns: 500 },
  );
});

test('PagedHistogram.mergeInto() equals recording into one, and loses no value when pages run out', () => {
  fc.assert(
    fc.property(values, values, fc.integer({ min: 1, max: 40 }), (a, b, pages) => {
      const left = PagedHistogram.withOwnMemory(pages);
      const right = PagedHistogram.withOwnMemory(256);
      for (const each of a) left.record(each);
      for (const each of b) right.record(each);
      right.mergeInto(left);
      assert.equal(left.count, a.length + b.length);
      const sketch = new Sketch();
      sketch.fromHistogram(left);
      const counted = sketch.counts.subarray(0, sketch.length).reduce((sum, count) => sum + count, 0);
      assert.equal(counted + left.overflow, left.count);
      if (left.count > 0) {
        assert.equal(left.min, Math.min(...a, ...b) + 0);
        assert.equal(left.max, Math.max(...a, ...b) + 0);
      }
      if (left.overflow === 0) assert.deepEqual(data(sketch), data(sketchOf([...a, ...b])));
    }),
    { numRuns: 300 },
  );
});
