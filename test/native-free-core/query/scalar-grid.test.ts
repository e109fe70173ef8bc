import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PointWindows } from '../../../native-free-core/query/point-windows.js';
import { ScalarGrid, type ScalarNeeds } from '../../../native-free-core/query/scalar-grid.js';
import { windowShape } from '../../../native-free-core/query/window-shape.js';

const SUMS: ScalarNeeds = { sums: true, squares: false, extremes: false, ends: false };
const FROM_MS = -50;
const TO_MS = 50;
const GROUPS = 3;

const time = fc.oneof(
  fc.integer({ min: FROM_MS, max: TO_MS - 1 }),
  fc.double({ min: FROM_MS, max: TO_MS - 1, noNaN: true }),
  fc.constant(-Number.MIN_VALUE),
);
const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(-0));
const run = fc.array(fc.tuple(time, value), { minLength: 1, maxLength: 12 });

test('ScalarGrid.addPoints() keeps to the bit what the cells of the points would have it keep', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(GROUPS - 1), run)),
      fc.constantFrom(1, 7, 20, 1_000, Number.POSITIVE_INFINITY),
      (runs, stepMs) => {
        const shape = windowShape(FROM_MS, TO_MS, stepMs, GROUPS);
        const grids = [new ScalarGrid(shape, SUMS), new ScalarGrid(shape, SUMS)] as const;
        const cells = new PointWindows();
        for (const [group, points] of runs) {
          const times = Float64Array.from(points, ([timeMs]) => timeMs);
          const values = Float64Array.from(points, ([, each]) => each);
          grids[0].addPoints(group, times, values, 0, times.length);
          for (let at = 0; at < times.length; ) {
            at = cells.gather(times, values, at, times.length, stepMs);
            grids[1].add(group, 0, cells, 0, cells.length);
          }
        }
        assert.deepEqual(grids[0].count, grids[1].count);
        assert.deepEqual(grids[0].sum, grids[1].sum);
      },
    ),
  );
});

test('ScalarGrid.valuesInto() says of all places what value() says of each, and NaN of empty ones', () => {
  const kinds = [
    ...(['count', 'sum', 'mean', 'min', 'max', 'range'] as const),
    ...(['first', 'last', 'stddev', 'variance'] as const),
  ];
  const all: ScalarNeeds = { sums: true, squares: true, extremes: true, ends: true };
  const cells = new PointWindows();
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(GROUPS - 1), run)), fc.constantFrom(...kinds), (runs, kind) => {
      const shape = windowShape(FROM_MS, TO_MS, 20, GROUPS);
      const grid = new ScalarGrid(shape, all);
      for (const [group, points] of runs) {
        const times = Float64Array.from(points, ([timeMs]) => timeMs);
        const values = Float64Array.from(points, ([, each]) => each);
        for (let at = 0; at < times.length; ) {
          at = cells.gather(times, values, at, times.length, shape.stepMs);
          grid.add(group, 0, cells, 0, cells.length);
        }
      }
      const out = new Float64Array(shape.count * shape.groups);
      grid.valuesInto(kind, out);
      const each = Array.from(out, (_, at) => (grid.count[at] === 0 ? Number.NaN : grid.value(kind, at)));
      assert.deepEqual(Array.from(out), each);
    }),
  );
});

test('ScalarGrid.hasSumsAlone says whether cells would add anything to points', () => {
  const shape = windowShape(FROM_MS, TO_MS, 10, 1);
  const check = (needs: Partial<ScalarNeeds>, expected: boolean): void =>
    assert.equal(new ScalarGrid(shape, { ...SUMS, ...needs }).hasSumsAlone, expected);
  check({}, true);
  check({ sums: false }, true);
  check({ squares: true }, false);
  check({ extremes: true }, false);
  check({ ends: true }, false);
});
