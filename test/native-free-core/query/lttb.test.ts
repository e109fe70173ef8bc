import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lttbInto } from '../../../native-free-core/query/lttb.js';
import { ascendingTimes, seriesArbitrary } from './thinning.js';

interface Point {
  x: number;
  y: number;
}

/** The buckets of the thesis: the ends alone, the others dealt out evenly. */
function bucketsOf(count: number, threshold: number): number[][] {
  const buckets = Array.from({ length: threshold }, (): number[] => []);
  for (let i = 0; i < count; i++) {
    const inner = () =>
      buckets.findIndex((_, bucket) => i <= Math.floor((bucket * (count - 2)) / (threshold - 2)));
    buckets[i === 0 ? 0 : i === count - 1 ? threshold - 1 : inner()]!.push(i);
  }
  return buckets;
}

/** The triangle's area by the formula as printed. */
function area(a: Point, b: Point, c: Point): number {
  return Math.abs((a.x - c.x) * (b.y - a.y) - (a.x - b.x) * (c.y - a.y)) / 2;
}

function average(points: readonly Point[]): Point {
  const mean = (numbers: number[]) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
  return { x: mean(points.map(({ x }) => x)), y: mean(points.map(({ y }) => y)) };
}

/** The areas that the algorithm compares in each inner bucket, by what was chosen in the bucket before. */
function areasOf(points: readonly Point[], chosen: readonly number[]): Map<number, number>[] {
  const buckets = bucketsOf(points.length, chosen.length);
  return buckets.slice(1, -1).map((bucket, i) => {
    const next = average(buckets[i + 2]!.map((place) => points[place]!));
    return new Map(bucket.map((place) => [place, area(points[chosen[i]!]!, points[place]!, next)]));
  });
}

/** The whole algorithm, with the first of equal triangles. */
function published(points: readonly Point[], threshold: number): number[] {
  const buckets = bucketsOf(points.length, threshold);
  const chosen = [0];
  for (let bucket = 1; bucket < threshold - 1; bucket++) {
    const next = average(buckets[bucket + 1]!.map((place) => points[place]!));
    const before = points[chosen.at(-1)!]!;
    const areas = buckets[bucket]!.map((place) => area(before, points[place]!, next));
    chosen.push(buckets[bucket]![areas.indexOf(Math.max(...areas))]!);
  }
  return [...chosen, points.length - 1];
}

function chosenOf(points: readonly Point[], threshold: number): number[] {
  const chosen = new Uint32Array(Math.min(points.length, threshold));
  const times = Float64Array.from(points, ({ x }) => x);
  const values = Float64Array.from(points, ({ y }) => y);
  return [...chosen.subarray(0, lttbInto(times, values, points.length, threshold, chosen))];
}

test('lttbInto() keeps the largest triangle of each bucket', () => {
  fc.assert(
    fc.property(seriesArbitrary, fc.integer({ min: 3, max: 40 }), (points, threshold) => {
      if (points.length <= threshold) return;
      const chosen = chosenOf(points, threshold);
      assert.equal(chosen.length, threshold);
      areasOf(points, chosen).forEach((areas, i) => {
        const found = areas.get(chosen[i + 1]!);
        assert.ok(found !== undefined, `point ${chosen[i + 1]} lies outside of bucket ${i + 1}`);
        const largest = Math.max(...areas.values());
        assert.ok(found >= largest * (1 - 1e-9) - 1e-9, `bucket ${i + 1}: ${found} of ${largest}`);
      });
    }),
    { numRuns: 1_000 },
  );
});

test('lttbInto() chooses what the algorithm of the thesis does when no two triangles are equal', () => {
  const reals = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 4, maxLength: 300 });
  fc.assert(
    fc.property(reals, fc.integer({ min: 3, max: 60 }), (noise, threshold) => {
      // The irrational slope keeps small or repeated numbers of a shrunk example apart.
      const points = noise.map((y, i) => ({ x: i * 10 + (i % 3), y: y + Math.sin(i * i) }));
      if (points.length > threshold)
        assert.deepEqual(chosenOf(points, threshold), published(points, threshold));
    }),
    { numRuns: 1_000 },
  );
});

test('lttbInto() keeps the ends and ascends, whatever the values', () => {
  const extreme = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, 0),
  );
  fc.assert(
    fc.property(fc.array(extreme, { minLength: 1, maxLength: 80 }), fc.nat(100), (values, threshold) => {
      const times = ascendingTimes(values.length);
      const points = values.map((y, i) => ({ x: times[i]!, y }));
      const chosen = chosenOf(points, threshold);
      assert.equal(chosen.length, Math.min(values.length, threshold));
      if (chosen.length > 0) assert.equal(chosen[0], 0);
      if (chosen.length > 1) assert.equal(chosen.at(-1), values.length - 1);
      assert.ok(chosen.every((place, i) => i === 0 || place > chosen[i - 1]!));
    }),
  );
});

test('lttbInto() keeps all of few points, the ends for a threshold of 2, one for 1, none for 0', () => {
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
  check(5, 6, [0, 1, 2, 3, 4]);
  check(6, 0, []);
  check(6, 1, [0]);
  check(6, 2, [0, 5]);
  check(6, 3, [0, 2, 5]);
});

test('lttbInto() chooses the first of each bucket when all values are equal', () => {
  const points = Array.from({ length: 12 }, (_, i) => ({ x: i, y: 7 }));
  assert.deepEqual(chosenOf(points, 7), [0, 1, 3, 5, 7, 9, 11]);
});

test('lttbInto() keeps the ends and its count when all times are equal', () => {
  const points = Array.from({ length: 30 }, (_, i) => ({ x: 1_700_000_000_000, y: i === 17 ? 100 : 0 }));
  const chosen = chosenOf(points, 10);
  assert.equal(chosen.length, 10);
  assert.equal(chosen.at(-1), 29);
});

test('lttbInto() tells spikes apart that are near the largest float64', () => {
  const y = [0, 1, 1.7e308, 2, 3, -1.6e308, -1.7e308, 5, 0, 0];
  const points = y.map((value, i) => ({ x: 1_700_000_000_000 + i * 1e9, y: value }));
  assert.ok(chosenOf(points, 6).includes(2));
  assert.ok(chosenOf(points, 6).includes(6));
});

test('lttbInto() keeps a spike at the last point but one, however the buckets divide', () => {
  // 61 points in 7 buckets: 7 · (61 / 7) is less than 61 as float64, and the last bucket lacked its last point.
  const check = (count: number, threshold: number): void => {
    const points = Array.from({ length: count }, (_, i) => ({ x: i, y: i === count - 2 ? 1_000 : i % 2 }));
    assert.ok(chosenOf(points, threshold).includes(count - 2), `${count} points, ${threshold} kept`);
  };
  check(63, 9);
  check(117, 9);
  for (let count = 10; count < 400; count++) check(count, 9);
});
