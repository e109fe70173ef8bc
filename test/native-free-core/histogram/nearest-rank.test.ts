import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestRank } from '../../../native-free-core/histogram/nearest-rank.js';

test('nearestRank() is the smallest rank that covers the percentage when it is written as a decimal', () => {
  const check = (percent: number, count: number, rank: number) =>
    assert.equal(nearestRank(percent, count), rank);
  check(50, 5, 3);
  check(50, 4, 2);
  check(0, 10, 1);
  check(100, 10, 10);
  check(99.9, 1000, 999);
  check(99.99, 10_000, 9_999);
  check(99.999, 100_000, 99_999);
  check(33.3, 1000, 333);
  check(29, 100, 29);
  check(7, 100, 7);
  check(0.1, 1000, 1);
  check(50, 0, 0);
  check(100, 2 ** 52, 2 ** 52);
});

test('nearestRank() agrees with whole numbers when the percentage has up to three digits', () => {
  for (let thousandths = 0; thousandths <= 100_000; thousandths += 7) {
    for (const count of [1, 3, 10, 99, 1000, 12_345]) {
      const exact = Number((BigInt(thousandths) * BigInt(count) + 99_999n) / 100_000n);
      assert.equal(
        nearestRank(thousandths / 1000, count),
        Math.max(1, exact),
        `${thousandths / 1000} of ${count}`,
      );
    }
  }
});
