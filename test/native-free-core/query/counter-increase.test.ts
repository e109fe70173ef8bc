import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  CounterIncrease,
  type CounterPiece,
  firstGrowth,
  growthInside,
} from '../../../native-free-core/query/counter-increase.js';

/** What is kept of points one apart, which begin at `startMs`. */
function pieceOf(values: readonly number[], startMs = 0): CounterPiece {
  return {
    firstTimeMs: startMs,
    firstValue: values[0]!,
    lastTimeMs: startMs + values.length - 1,
    lastValue: values.at(-1)!,
    min: Math.min(...values),
    max: Math.max(...values),
    count: values.length,
  };
}

/** The growth between the points, each below the one before counting in full. */
function growthOf(values: readonly number[]): number {
  let sum = 0;
  for (let i = 1; i < values.length; i++)
    sum += values[i]! >= values[i - 1]! ? values[i]! - values[i - 1]! : values[i]!;
  return sum;
}

const rising = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 10 }).map((steps) =>
  steps.map(
    (
      (sum) => (step) =>
        (sum += step)
    )(0),
  ),
);

describe('CounterIncrease', () => {
  it('adds what each point grew by, and a value in full behind a reset', () => {
    const increase = new CounterIncrease();
    const grown = [5, 7, 3, 3, 10].map((value, i) => increase.addPoint(i, value));
    assert.deepEqual(grown, [0, 2, 3, 0, 7]);
  });

  it('begins anew with each series', () => {
    const increase = new CounterIncrease();
    increase.addPoint(0, 5);
    increase.reset();
    assert.equal(increase.addPoint(1, 100), 0);
  });

  it('adds up over pieces to the growth over their points, without resets', () => {
    fc.assert(
      fc.property(rising, rising, (a, b) => {
        const later = b.map((value) => value + a.at(-1)!);
        const increase = new CounterIncrease();
        const grown = increase.add(pieceOf(a)) + increase.add(pieceOf(later, a.length));
        assert.equal(grown, growthOf([...a, ...later]));
      }),
    );
  });
});

describe('growthInside()', () => {
  it('is exact with one reset after which the counter stays below its peak', () => {
    fc.assert(
      fc.property(rising, rising, (a, b) => {
        fc.pre(b.at(-1)! < a.at(-1)!);
        assert.equal(growthInside(pieceOf([...a, ...b])), growthOf([...a, ...b]));
      }),
    );
  });

  it('is too low at most, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(rising, { minLength: 1, maxLength: 4 }), (runs) => {
        const values = runs.flat();
        assert.ok(growthInside(pieceOf(values)) <= growthOf(values));
      }),
    );
  });
});

describe('firstGrowth()', () => {
  const check = (value: number, step: number, expected: number): void =>
    assert.equal(firstGrowth(value, step), expected);

  it('counts a small first value from 0, a large one not at all', () => {
    check(5, 1, 5);
    check(19, 1, 19);
    check(20, 1, 0);
    check(1_000_000, 50, 0);
  });

  it('takes a step of 10 where the counter stands still', () => {
    check(109, 0, 109);
    check(110, 0, 0);
  });
});
