import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { BUCKET_RELATIVE_ERROR } from '../../../native-free-core/histogram/bucket.js';
import { Sketch } from '../../../native-free-core/histogram/sketch.js';
import { ValueRows } from '../../../native-free-core/query/value-rows.js';

function sketchOf(values: readonly number[]): Sketch {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return sketch;
}

function countsOf(rows: ValueRows, sketch: Sketch): number[] {
  const counts = new Float64Array(rows.count);
  rows.countInto(sketch, counts);
  return [...counts];
}

it('ValueRows has no row when there is no value', () => {
  assert.equal(new ValueRows([undefined, new Sketch()], 10).count, 0);
});

it('ValueRows has one row when all values are the same', () => {
  const sketch = sketchOf([0, 0, 0]);
  const rows = new ValueRows([sketch], 10);
  assert.deepEqual([...rows.bounds], [0, 1]);
  assert.deepEqual(countsOf(rows, sketch), [3]);
});

it('ValueRows are as far apart in ratio when values span a large one', () => {
  const rows = new ValueRows([sketchOf([1, 10_000])], 4);
  for (let row = 0; row < 4; row++) {
    const ratio = rows.bounds[row + 1]! / rows.bounds[row]!;
    assert.ok(Math.abs(ratio - 10) < 0.2, `${ratio}`);
  }
});

it('ValueRows count each value once, in a row that it lies in', () => {
  const value = fc.oneof(
    fc.integer({ min: -50, max: 50 }),
    fc.double({ min: -1e300, max: 1e300, noNaN: true }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.array(value, { minLength: 1 }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 50 }),
      (windows, count) => {
        const sketches = windows.map(sketchOf);
        const rows = new ValueRows(sketches, count);
        for (let i = 1; i < rows.bounds.length; i++) assert.ok(rows.bounds[i]! >= rows.bounds[i - 1]!);
        windows.forEach((values, i) => {
          const counts = countsOf(rows, sketches[i]!);
          assert.equal(
            counts.reduce((sum, each) => sum + each, 0),
            values.length,
          );
          // Below each bound lie as many values as the rows below it say, but for those that are near to it.
          let below = 0;
          for (let row = 0; row < counts.length - 1; row++) {
            below += counts[row]!;
            const bound = rows.bounds[row + 1]!;
            const slack = Math.abs(bound) * 2 * BUCKET_RELATIVE_ERROR + Number.MIN_VALUE;
            assert.ok(values.filter((v) => v < bound - slack).length <= below);
            assert.ok(values.filter((v) => v < bound + slack).length >= below);
          }
        });
      },
    ),
  );
});
