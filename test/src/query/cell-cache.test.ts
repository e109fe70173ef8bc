import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CellColumns } from '../../../native-free-core/cell/cell-columns.js';
import { CellRun } from '../../../native-free-core/cell/cell-run.js';
import { type CachedSegment, CellCache, type CellPlaces } from '../../../src/query/cell-cache.js';

/** Cells of so many minutes, a point each. */
function cellsOf(count: number): CellRun {
  const run = new CellRun();
  const times = Float64Array.from({ length: count }, (_, i) => i * 60_000);
  run.accumulate(times, times, 0, count, 60_000);
  return run;
}

const RUN = { start: 16, end: 90, checksum: 7 };

/** What is remembered of one column of a run, and in how many pieces. */
function windowsOf(segment: CachedSegment, { from, to }: CellPlaces): { values: number[]; pieces: number } {
  const values: number[] = [];
  let pieces = 0;
  segment.visit(from, to, (block, start, end, at) => {
    assert.equal(at, from + values.length);
    values.push(...block.windowStartMs.subarray(start, end));
    assert.deepEqual([...block.lastValue.subarray(start, end)], values.slice(-(end - start)));
    pieces++;
  });
  return { values, pieces };
}

const minutes = (count: number): number[] => Array.from({ length: count }, (_, i) => i * 60_000);

describe('CellCache', () => {
  it('gives back the cells of a run', () => {
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
    assert.deepEqual(windowsOf(again, found), { values: minutes(3), pieces: 1 });
  });

  it('gives back a run that lies in several blocks, piece by piece', () => {
    const cache = new CellCache(1_000_000);
    const segment = cache.open('a');
    segment.add({ ...RUN, start: 0 }, cellsOf(500));
    const found = segment.add(RUN, cellsOf(1_100));
    assert.deepEqual(windowsOf(segment, found), { values: minutes(1_100), pieces: 4 });
    assert.deepEqual(windowsOf(segment, segment.find({ ...RUN, start: 0 })!), {
      values: minutes(500),
      pieces: 1,
    });
  });

  it('does not take another run for it that is in its place', () => {
    const segment = new CellCache(1_000_000).open('a');
    segment.add(RUN, cellsOf(3));
    assert.equal(segment.find({ ...RUN, checksum: 8 }), undefined);
    assert.equal(segment.find({ ...RUN, end: 91 }), undefined);
  });

  it('forgets what was not used for the longest time when its memory ends', () => {
    const cache = new CellCache(100_000);
    const keep = (key: string): boolean => {
      const segment = cache.open(key);
      const isKept = segment.find(RUN) !== undefined;
      const places = segment.find(RUN) ?? segment.add(RUN, cellsOf(100));
      assert.deepEqual(windowsOf(segment, places).values, minutes(100));
      cache.settle(key, segment);
      return isKept;
    };
    // Three segments of a block of 512 cells of 80 bytes don't fit.
    assert.equal(keep('a'), false);
    assert.equal(keep('b'), false);
    assert.equal(keep('a'), true);
    assert.equal(keep('c'), false);
    assert.equal(keep('a'), true);
    assert.equal(keep('b'), false);
  });

  it('hands the memory of forgotten segments on instead of allocating more', () => {
    const cache = new CellCache(100_000);
    const blocks = new Set<CellColumns>();
    for (let i = 0; i < 50; i++) {
      const segment = cache.open(`${i}`);
      const places = segment.add(RUN, cellsOf(600));
      segment.visit(places.from, places.to, (block) => blocks.add(block));
      assert.deepEqual(windowsOf(segment, places).values, minutes(600));
      cache.settle(`${i}`, segment);
    }
    assert.equal(blocks.size, 2);
  });

  it('keeps nothing that is larger than its memory', () => {
    const cache = new CellCache(1_000);
    const segment = cache.open('a');
    segment.add(RUN, cellsOf(100));
    cache.settle('a', segment);
    assert.equal(cache.open('a').find(RUN), undefined);
  });
});
