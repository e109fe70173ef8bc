import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Cell } from '../../native-free-core/cell/cell.js';
import { CellRun } from '../../native-free-core/cell/cell-run.js';
import {
  cellRunBytesMax,
  decodeCellRunInto,
  encodeCellRunInto,
} from '../../native-free-core/cell/cell-run-codec.js';
import { mergeRuns } from '../../native-free-core/cell/merge-runs.js';
import { BUCKET_RELATIVE_ERROR } from '../../native-free-core/histogram/bucket.js';
import { nearestRank } from '../../native-free-core/histogram/nearest-rank.js';
import { assertSameRuns, cellAt, cellData, runOf } from '../native-free-core/cell/runs.js';

const EPSILON = 2 ** -52;

type Points = [timeMs: number, value: number][];

const integer = fc.integer({ min: -(2 ** 20), max: 2 ** 20 });
// Sums and squares of these stay finite, so the laws can be stated with a relative error.
const float = fc.oneof(
  fc.double({ min: -1e100, max: 1e100, noNaN: true }),
  fc.double({ min: -100, max: 100, noNaN: true }),
  integer,
  fc.constantFrom(0, -0, 5e-324, 1e-100),
);
const extreme = fc.oneof(float, fc.constantFrom(1e200, -1e200, Number.MAX_VALUE, -Number.MAX_VALUE));

/** Distinct times, so that first and last do not depend on the order of arrival. */
const pointsOf = (value: fc.Arbitrary<number>, maxLength = 40) =>
  fc.uniqueArray(fc.tuple(fc.integer({ min: -400_000, max: 400_000 }), value), {
    maxLength,
    selector: ([time]) => time,
  });

function cellOf(points: Points): Cell {
  const cell = new Cell();
  for (const [time, value] of points) cell.add(time, value);
  return cell;
}

function merged(left: Cell, right: Cell): Cell {
  const cell = new Cell();
  cell.merge(left);
  cell.merge(right);
  return cell;
}

function sorted(points: Points): Points {
  return [...points].sort((a, b) => a[0] - b[0]);
}

/** Points of distinct times, dealt out to three hands. */
const dealt = (value: fc.Arbitrary<number>) =>
  fc.tuple(pointsOf(value), fc.infiniteStream(fc.nat(2))).map(([points, hands]) => {
    const piles: [Points, Points, Points] = [[], [], []];
    for (const point of points) piles[(hands.next().value as 0 | 1 | 2) ?? 0].push(point);
    return piles;
  });

test('Cell.merge() is associative, commutative, has an identity and equals feeding directly when values are integers', () => {
  fc.assert(
    fc.property(dealt(integer), ([a, b, c]) => {
      const [x, y, z] = [cellOf(a), cellOf(b), cellOf(c)];
      const all = cellData(cellOf([...a, ...b, ...c]));
      assert.deepStrictEqual(cellData(merged(merged(x, y), z)), all);
      assert.deepStrictEqual(cellData(merged(x, merged(y, z))), all);
      assert.deepStrictEqual(cellData(merged(merged(y, x), z)), all);
      assert.deepStrictEqual(cellData(merged(z, merged(y, x))), all);
      assert.deepStrictEqual(cellData(merged(x, new Cell())), cellData(x));
      assert.deepStrictEqual(cellData(merged(new Cell(), x)), cellData(x));
    }),
    { numRuns: 500 },
  );
});

test('Cell.merge() goes by arrival when times are equal', () => {
  const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), integer), { maxLength: 12 });
  fc.assert(
    fc.property(points, points, points, (a, b, c) => {
      const all = cellData(cellOf([...a, ...b, ...c]));
      assert.deepStrictEqual(cellData(merged(merged(cellOf(a), cellOf(b)), cellOf(c))), all);
      assert.deepStrictEqual(cellData(merged(cellOf(a), merged(cellOf(b), cellOf(c)))), all);
    }),
    { numRuns: 500 },
  );
});

/** Sum, mean and m2 in a way of their own: the mean first, then the distances from it, compensated. */
function naive(points: Points): { sum: number; absolute: number; m2: number } {
  const sum = points.reduce((total, [, value]) => total + value, 0);
  const mean = sum / points.length;
  let squares = 0;
  let rest = 0;
  for (const [, value] of points) {
    squares += (value - mean) ** 2;
    rest += value - mean;
  }
  const absolute = points.reduce((total, [, value]) => total + Math.abs(value), 0);
  return { sum, absolute, m2: squares - (rest * rest) / points.length };
}

test('Cell.merge() is within stated ulps of feeding directly when values are not integers', () => {
  fc.assert(
    fc.property(dealt(float), ([a, b, c]) => {
      const all = [...a, ...b, ...c];
      if (all.length === 0) return;
      const exact = naive(all);
      for (const cell of [
        cellOf(all),
        merged(merged(cellOf(a), cellOf(b)), cellOf(c)),
        merged(cellOf(c), merged(cellOf(b), cellOf(a))),
      ]) {
        const { sum: _, squares: __, ...rest } = cellData(cell);
        const { sum: ___, squares: ____, ...expected } = cellData(cellOf(all));
        assert.deepStrictEqual(rest, expected);
        const n = all.length;
        assert.ok(Math.abs(cell.sum - exact.sum) <= 2 * n * EPSILON * exact.absolute, `sum ${cell.sum}`);
        // n + 1: what the origin may cost (squares.ts). absolute: the rounding of the sum that m2 is derived from.
        const spread = Math.sqrt(exact.m2 / n);
        const bound =
          8 * n * EPSILON * ((n + 1) * exact.m2 + exact.absolute * spread) +
          (n * EPSILON * exact.absolute) ** 2;
        assert.ok(Math.abs(cell.m2 - exact.m2) <= bound + 1e-300, `m2 ${cell.m2}, exact ${exact.m2}`);
      }
    }),
    { numRuns: 500 },
  );
});

test('Cell.quantile() is in [min, max] and within the stated error of the exact nearest rank', () => {
  fc.assert(
    fc.property(pointsOf(extreme), fc.double({ min: 0, max: 100, noNaN: true }), (points, percent) => {
      if (points.length === 0) return;
      const cell = cellOf(points);
      const values = points.map(([, value]) => value).sort((x, y) => x - y);
      const exact = values[nearestRank(percent, values.length) - 1]!;
      const found = cell.quantile(percent);
      assert.ok(Math.abs(found - exact) <= Math.abs(exact) * BUCKET_RELATIVE_ERROR);
      assert.ok(found >= values[0]! && found <= values.at(-1)!);
    }),
    { numRuns: 500 },
  );
});

test('CellRun.accumulate() equals adding point by point however the points are cut into calls', () => {
  fc.assert(
    fc.property(
      pointsOf(integer),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 200_000 }),
      (points, cut, windowMs) => {
        const ordered = sorted(points);
        const run = new CellRun();
        const times = Float64Array.from(ordered, ([time]) => time);
        const values = Float64Array.from(ordered, ([, value]) => value);
        for (let i = 0; i < ordered.length; i += cut) {
          run.accumulate(times, values, i, Math.min(cut, ordered.length - i), windowMs);
        }
        assertSameRuns(run, runOf(ordered, windowMs));
        for (let i = 0; i < run.length; i++) {
          const start = run.windowStartMs[i]!;
          const within = ordered.filter(([time]) => time >= start && time < start + windowMs);
          const { windowStartMs: _, ...data } = cellAt(run, i);
          assert.deepStrictEqual(data, cellData(cellOf(within)));
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('CellRun.coarsen() equals accumulating the points into the coarser windows', () => {
  fc.assert(
    fc.property(
      pointsOf(integer),
      fc.integer({ min: 1, max: 60_000 }),
      fc.integer({ min: 1, max: 20 }),
      (points, windowMs, times) => {
        const coarse = new CellRun();
        runOf(sorted(points), windowMs).coarsen(coarse, windowMs * times);
        assertSameRuns(coarse, runOf(sorted(points), windowMs * times));
      },
    ),
    { numRuns: 300 },
  );
});

test('mergeRuns() equals accumulating all points, in either order, and an empty run is its identity', () => {
  fc.assert(
    fc.property(dealt(integer), fc.integer({ min: 1, max: 100_000 }), ([a, b], windowMs) => {
      const [x, y] = [runOf(sorted(a), windowMs), runOf(sorted(b), windowMs)];
      const all = runOf(sorted([...a, ...b]), windowMs);
      const out = new CellRun();
      mergeRuns(x, y, out);
      assertSameRuns(out, all);
      mergeRuns(y, x, out);
      assertSameRuns(out, all);
      mergeRuns(x, new CellRun(), out);
      assertSameRuns(out, x);
    }),
    { numRuns: 300 },
  );
});

test('decodeCellRunInto() gives back to the bit what encodeCellRunInto() wrote', () => {
  const decimal = fc
    .tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.nat(6))
    .map(([n, digits]) => n / 10 ** digits);
  const fraction = fc
    .tuple(fc.integer({ min: -400_000, max: 400_000 }), fc.nat(9))
    .map(([time, part]) => time + part / 10);
  const check = (value: fc.Arbitrary<number>) =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fraction, value), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 300_000 }),
        (points, windowMs) => {
          const run = runOf(sorted(points), windowMs);
          const out = new Uint8Array(cellRunBytesMax(run, 0, run.length));
          const end = encodeCellRunInto(run, 0, run.length, windowMs, out, 0);
          assert.ok(end <= out.length);
          const decoded = new CellRun();
          assert.equal(decodeCellRunInto(out, 0, end, windowMs, decoded), end);
          assertSameRuns(decoded, run);
        },
      ),
      { numRuns: 300 },
    );
  check(fc.integer({ min: -300, max: 300 }));
  check(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }));
  check(decimal);
  check(float);
  check(extreme);
});
