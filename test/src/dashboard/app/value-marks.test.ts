import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Sketch } from '../../../../native-free-core/histogram/sketch.js';
import { ValueRows } from '../../../../native-free-core/query/value-rows.js';
import { loadPageModule } from '../page-module.js';

const { valueMarks } = await loadPageModule<{
  valueMarks(bounds: readonly number[], count: number): { value: number; part: number; step: number }[];
}>('chart/value-marks.ts');

/** The bounds of the rows of some values, as the engine answers them. */
function boundsOf(values: readonly number[], rows = 40): readonly number[] {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return [...new ValueRows([sketch], rows).bounds];
}

function check(title: string, bounds: readonly number[], expected: readonly number[]): void {
  test(`valueMarks() ${title}`, () => {
    assert.deepEqual(
      valueMarks(bounds, 8).map(({ value }) => value),
      expected,
    );
  });
}

check('marks tens between uneven bounds', boundsOf([17.3, 82.7]), [20, 30, 40, 50, 60, 70, 80]);
check('marks zero as zero below it too', boundsOf([-3, 4]), [-3, -2, -1, 0, 1, 2, 3, 4]);
check('marks 1, 2 and 5 of each decade by ratio', boundsOf([1, 100]), [1, 2, 5, 10, 20, 50, 100]);
check('marks decades where there is room for no more', boundsOf([1, 1e6]), [1, 10, 100, 1e3, 1e4, 1e5]);
check(
  'passes over decades where there is room for fewer',
  boundsOf([1, 1e16]),
  [1, 1e2, 1e4, 1e6, 1e8, 1e10, 1e12, 1e14],
);
check('has none where nothing is', [], []);

test('valueMarks() are round numbers of the scale, rising, at their places, for any values', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 20 }),
      (values, count) => {
        const bounds = boundsOf(values);
        const [low, high] = [bounds[0]! / 2, bounds.at(-1)! / 2];
        const slack = (high - low) * 1e-9;
        const marks = valueMarks(bounds, count);
        assert.ok(marks.length <= count + 2, `${marks.length} marks of ${count}`);
        let before = -1e-9;
        for (const { value, part } of marks) {
          assert.ok(value / 2 >= low - slack && value / 2 <= high + slack, `${value} is not on the scale`);
          assert.ok(part > before && part <= 1 + 1e-9, `${value} lies at ${part} behind ${before}`);
          before = part;
        }
      },
    ),
    { numRuns: 1_000 },
  );
});
