import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CellRun } from '../../../native-free-core/cell/cell-run.js';
import { CellCache } from '../../../src/query/cell-cache.js';

/** Cells of so many minutes, a point each. */
function cellsOf(count: number): CellRun {
  const run = new CellRun();
  const times = Float64Array.from({ length: count }, (_, i) => i * 60_000);
  run.accumulate(times, times, 0, count, 60_000);
  return run;
}

const RUN = { start: 16, end: 90, checksum: 7 };

describe('CellCache', () => {
  it('gives back the cells of a run, without a copy', () => {
    const cache = new CellCache(1_000_000);
    const segment = cache.open('a');
    assert.equal(segment.find(RUN), undefined);
    segment.add({ ...RUN, start: 0 }, cellsOf(100));
    segment.add(RUN, cellsOf(3));
    cache.settle('a', segment);
    const again = cache.open('a');
    assert.equal(again, segment);
    const found = again.find(RUN)!;
    assert.deepEqual([found.from, found.to], [100, 103]);
    assert.deepEqual([...again.windowStartMs.subarray(100, 103)], [0, 60_000, 120_000]);
    assert.deepEqual([...again.lastValue.subarray(100, 103)], [0, 60_000, 120_000]);
  });

  it('does not take another run for it that is in its place', () => {
    const segment = new CellCache(1_000_000).open('a');
    segment.add(RUN, cellsOf(3));
    assert.equal(segment.find({ ...RUN, checksum: 8 }), undefined);
    assert.equal(segment.find({ ...RUN, end: 91 }), undefined);
  });

  it('forgets what was not used for the longest time when its memory ends', () => {
    const cache = new CellCache(30_000);
    const keep = (key: string): number => {
      const segment = cache.open(key);
      const { length } = segment;
      if (length === 0) segment.add(RUN, cellsOf(100));
      cache.settle(key, segment);
      return length;
    };
    // Three segments of 128 rows of 80 bytes don't fit.
    assert.equal(keep('a'), 0);
    assert.equal(keep('b'), 0);
    assert.equal(keep('a'), 100);
    assert.equal(keep('c'), 0);
    assert.equal(keep('a'), 100);
    assert.equal(keep('b'), 0);
  });

  it('keeps nothing that is larger than its memory', () => {
    const cache = new CellCache(1_000);
    const segment = cache.open('a');
    segment.add(RUN, cellsOf(100));
    cache.settle('a', segment);
    assert.equal(cache.open('a').length, 0);
  });
});
