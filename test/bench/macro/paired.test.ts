import assert from 'node:assert/strict';
import { test } from 'node:test';
import { medianInterval, pairedDifferences } from '../../../bench/macro/paired.js';

test('pairedDifferences() takes both in turn and always the second less the first', async () => {
  const order: string[] = [];
  const taken = (name: string, values: number[]) => async () => {
    order.push(name);
    return values.shift()!;
  };
  const differences = await pairedDifferences(3, taken('a', [1, 2, 3]), taken('b', [11, 22, 33]));
  assert.deepEqual(differences, [10, 20, 30]);
  assert.equal(order.join(''), 'abbaab');
});

test('medianInterval() has the ranks of the binomial distribution', () => {
  const check = (count: number, from: number, to: number): void => {
    const samples = Array.from({ length: count }, (_, i) => ((i * 7) % count) + 1);
    assert.deepEqual(medianInterval(samples), [from, to], `${count} samples`);
  };
  // From tables of the sign test.
  check(5, 1, 5);
  check(6, 1, 6);
  check(9, 2, 8);
  check(15, 4, 12);
  check(25, 8, 18);
  check(40, 14, 27);
});
