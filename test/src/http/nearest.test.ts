import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editDistance, nearest } from '../../../src/http/nearest.js';

test('editDistance() counts inserts, deletes, changes and swaps up to its limit', () => {
  const check = (a: string, b: string, distance: number): void =>
    assert.equal(editDistance(a, b, 3), distance, `${a} ${b}`);
  check('start', 'start', 0);
  check('strat', 'start', 1);
  check('star', 'start', 1);
  check('kitten', 'sitting', 3);
  check('', 'abc', 3);
  check('abcdef', 'uvwxyz', 4);
});

/** The definition (optimal string alignment), cell by cell. */
function distanceOf(a: string, b: string): number {
  const cost = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : i)),
  );
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      cost[i]![j] = Math.min(cost[i - 1]![j]! + 1, cost[i]![j - 1]! + 1, cost[i - 1]![j - 1]! + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost[i]![j] = Math.min(cost[i]![j]!, cost[i - 2]![j - 2]! + 1);
    }
  }
  return cost[a.length]![b.length]!;
}

test('editDistance() is what its definition says, up to any limit', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 });
  fc.assert(
    fc.property(text, text, fc.integer({ min: 1, max: 9 }), (a, b, limit) => {
      assert.equal(editDistance(a, b, limit), Math.min(distanceOf(a, b), limit + 1), `${a} ${b} ${limit}`);
    }),
    { numRuns: 2_000 },
  );
});

test('nearest() can be ended, and takes little time for long names', () => {
  // What is alike at both ends is passed over; here nothing is.
  const name = (i: number): string => `${i}${'xy'.repeat(120)}${i}`;
  const names = Array.from({ length: 3_000 }, (_, i) => name(i * 7));
  const startMs = performance.now();
  assert.deepEqual(nearest(name(14).replace('xy', 'x-y'), names, 1), [name(14)]);
  // It was more than ten seconds.
  assert.ok(performance.now() - startMs < 4_000, `${performance.now() - startMs} ms`);
  let looks = 0;
  const look = (): void => {
    if (++looks === 3) throw new Error('enough');
  };
  assert.throws(() => nearest('zzz', names, 1, look), /enough/);
});

test('nearest() ranks by distance and leaves strangers out', () => {
  assert.deepEqual(nearest('cpu_usge', ['disk', 'cpu_usage', 'cpu_usages', 'memory'], 3), [
    'cpu_usage',
    'cpu_usages',
  ]);
  assert.deepEqual(nearest('latency', ['api.latency', 'x'], 3), ['api.latency']);
  assert.deepEqual(nearest('zzz', ['abc'], 3), []);
  assert.deepEqual(nearest('nope', ['e', 'no', 'b'], 3), ['no']);
});

test('nearest() puts what lacks less first when one is a part of the other', () => {
  assert.deepEqual(nearest('metric_nam', ['metric', 'metric_name'], 1), ['metric_name']);
});
