import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { extremesPerPixelInto } from '../../../native-free-core/query/extremes-per-pixel.js';
import { seriesArbitrary } from './thinning.js';

interface Point {
  x: number;
  y: number;
}

function chosenOf(points: readonly Point[], threshold: number): number[] {
  const chosen = new Uint32Array(Math.min(points.length, threshold));
  const times = Float64Array.from(points, ({ x }) => x);
  const values = Float64Array.from(points, ({ y }) => y);
  return [...chosen.subarray(0, extremesPerPixelInto(times, values, points.length, threshold, chosen))];
}

/** The ends, and of each column of time the places of its least and greatest value. */
function naive(points: readonly Point[], threshold: number): number[] {
  const columns = Math.floor((threshold - 2) / 2);
  const start = points[0]!.x;
  const span = points.at(-1)!.x - start;
  const chosen = new Set([0, points.length - 1]);
  for (let column = 0; column < columns; column++) {
    const inside = points
      .map(({ x, y }, place) => ({ x, y, place }))
      .slice(1, -1)
      .filter(({ x }) => x >= start + (span * column) / columns)
      .filter(({ x }) => x < start + (span * (column + 1)) / columns || column === columns - 1);
    const values = inside.map(({ y }) => y);
    for (const extreme of [Math.min(...values), Math.max(...values)]) {
      const first = inside.find(({ y }) => y === extreme);
      if (first !== undefined) chosen.add(first.place);
    }
  }
  return [...chosen].sort((a, b) => a - b);
}

test('extremesPerPixelInto() keeps the ends and the extremes of each column of time', () => {
  fc.assert(
    fc.property(seriesArbitrary, fc.integer({ min: 2, max: 50 }), (points, threshold) => {
      if (points.length <= threshold) return;
      const chosen = chosenOf(points, threshold);
      assert.deepEqual(chosen, naive(points, threshold));
      assert.ok(chosen.length <= threshold);
    }),
    { numRuns: 1_000 },
  );
});

test('extremesPerPixelInto() keeps all of few points, the ends for a threshold of 2 or 3, one for 1, none for 0', () => {
  const check = (count: number, threshold: number, expected: number[]) =>
    assert.deepEqual(
      chosenOf(
        Array.from({ length: count }, (_, i) => ({ x: i, y: i % 3 })),
        threshold,
      ),
      expected,
    );
  check(0, 0, []);
  check(0, 5, []);
  check(1, 5, [0]);
  check(5, 5, [0, 1, 2, 3, 4]);
  check(6, 0, []);
  check(6, 1, [0]);
  check(6, 2, [0, 5]);
  check(6, 3, [0, 5]);
  check(6, 4, [0, 2, 3, 5]);
});

test('extremesPerPixelInto() keeps both extremes of points that all have one time', () => {
  const points = [3, 1, 9, -4, 2, 3, 5].map((y) => ({ x: 5, y }));
  assert.deepEqual(chosenOf(points, 4), [0, 2, 3, 6]);
});
