import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { VALUES_AT_ONCE } from '../../../src/query/limits.js';
import { selectRanks } from '../../../src/query/select-ranks.js';

/** Holds the selection against a native sort. */
function check(values: Float64Array, ranks: number[]): void {
  const sorted = values.slice().sort();
  const expected = ranks.map((rank) => sorted[rank - 1]! + 0);
  const actual = selectRanks(values.slice(), values.length, new Float64Array(values.length), ranks);
  assert.deepEqual(actual, expected);
}

/** Values of many shapes, by a seed: more than are sorted at once. */
function shaped(shape: number, count: number, seed: number): Float64Array {
  let state = seed | 1;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
  const shapes = [
    () => next() * 100,
    () => Math.floor(next() * 100),
    () => -Math.floor(next() * 10),
    () => (next() - 0.5) * 10 ** Math.floor(next() * 600 - 300),
    () => 1e9 + next() * 1e-6,
    () => (next() < 0.999 ? 5 : next()),
    () => (next() < 0.5 ? 0 : -0),
    () => 2 ** Math.floor(next() * 40),
    () => Number.MAX_VALUE * (next() - 0.5),
    () => Number.MIN_VALUE * Math.floor(next() * 100),
  ];
  return Float64Array.from({ length: count }, shapes[shape % shapes.length]!);
}

describe('selectRanks()', () => {
  it('answers what a sort does for values of any shape', () => {
    for (let shape = 0; shape < 10; shape++) {
      for (const count of [1, 2, 8_192, 8_193, 50_000]) {
        const ranks = [1, Math.ceil(count / 2), Math.ceil(count * 0.9), count, count].sort((a, b) => a - b);
        check(shaped(shape, count, shape + count), ranks);
      }
    }
  });

  it('answers what a sort does for arbitrary values and ranks', () => {
    const value = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 50 }),
        fc.infiniteStream(fc.nat()),
        (few, stream) => {
          // Repeated, so that they fill buckets.
          const values = Float64Array.from({ length: 9_000 }, (_, i) => few[i % few.length]!);
          const ranks = Array.from({ length: 6 }, () => 1 + (stream.next().value! % values.length));
          check(
            values,
            ranks.sort((a, b) => a - b),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('selects every rank', () => {
    const values = shaped(0, 20_000, 5);
    check(
      values,
      Array.from({ length: 20_000 }, (_, i) => i + 1),
    );
  });

  it('looks between parts of very many values, and begins anew behind one that was ended', () => {
    const count = 2 * VALUES_AT_ONCE + 12_345;
    for (const shape of [0, 5]) {
      const values = shaped(shape, count, 7);
      const ranks = [1, 12_345, count >> 1, count - 3];
      const scratch = new Float64Array(count);
      let looks = 0;
      let looksMax = Number.POSITIVE_INFINITY;
      const look = (): void => {
        if (++looks > looksMax) throw new Error('enough');
      };
      const found = selectRanks(values.slice(), count, scratch, ranks, look);
      const sorted = values.slice().sort();
      assert.deepEqual(
        found,
        ranks.map((rank) => sorted[rank - 1]!),
      );
      assert.ok(looks >= 4, `${looks} looks`);
      for (looksMax = 0; looksMax < 4; looksMax++) {
        looks = 0;
        assert.throws(() => selectRanks(values.slice(), count, scratch, ranks, look), /enough/);
        check(shaped(shape, 20_000, 5), [1, 10_000]);
      }
    }
  });

  it('refuses ranks that do not ascend or lie outside', () => {
    for (const ranks of [[0], [4], [2, 1]]) {
      assert.throws(
        () => selectRanks(new Float64Array(3), 3, new Float64Array(3), ranks),
        /BUG: ranks must ascend/,
      );
    }
  });
});
