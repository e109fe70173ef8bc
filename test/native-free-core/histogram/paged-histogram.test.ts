import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { BUCKET_RELATIVE_ERROR } from '../../../native-free-core/histogram/bucket.js';
import {
  COUNTER_MAX,
  directoryWords,
  histogramPoolBytes,
} from '../../../native-free-core/histogram/histogram-layout.js';
import { HistogramPool } from '../../../native-free-core/histogram/histogram-pool.js';
import { PagedHistogram } from '../../../native-free-core/histogram/paged-histogram.js';

function recorded(values: number[], pages = 64): PagedHistogram {
  const histogram = PagedHistogram.withOwnMemory(pages);
  for (const value of values) histogram.record(value);
  return histogram;
}

test('record() keeps count, sum, min and max exactly when signs and zeros mix', () => {
  const histogram = recorded([3, -7, 0, 2.5, -0, 1e300]);
  assert.equal(histogram.count, 6);
  assert.equal(histogram.sum, 3 - 7 + 2.5 + 1e300);
  assert.equal(histogram.min, -7);
  assert.equal(histogram.max, 1e300);
  assert.equal(histogram.overflow, 0);
});

test('record() counts only as rejected when the value is not finite', () => {
  const histogram = recorded([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1]);
  assert.equal(histogram.rejected, 3);
  assert.equal(histogram.count, 1);
  assert.equal(histogram.max, 1);
});

test('record() touches no page when an infinity comes after finite values', () => {
  const pool = HistogramPool.withOwnMemory({ pages: 2, histograms: 1, pagesPerHistogram: 2 });
  const histogram = new PagedHistogram(pool, 0);
  histogram.record(1);
  const before = Array.from(pool.words);
  for (const value of [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN])
    histogram.record(value);
  assert.equal(histogram.rejected, 3);
  const changed = Array.from(pool.words).filter((word, i) => word !== before[i]);
  assert.ok(changed.length <= 2, 'only the rejected counter changes');
  assert.equal(histogram.count, 1);
});

test('mergeInto() counts overflow when a counter would pass 2^32 - 1', () => {
  const sizes = { pages: 1, histograms: 1, pagesPerHistogram: 1 };
  const pool = HistogramPool.withOwnMemory(sizes);
  const histogram = new PagedHistogram(pool, 0);
  histogram.record(1);
  pool.words[pool.pageWord(0)] = COUNTER_MAX - 2;
  const target = recorded([1, 1, 1, 1, 1]);
  histogram.mergeInto(target);
  assert.equal(target.overflow, 3);
  const counts = new Float64Array(1);
  target.bucketsInto(new Int32Array(1), counts);
  assert.equal(counts[0], COUNTER_MAX);
});

test('quantile() is the nearest rank when values straddle zero', () => {
  const values = Array.from({ length: 201 }, (_, i) => i - 100);
  const histogram = recorded(values);
  const check = (percent: number, exact: number) =>
    assert.ok(
      Math.abs(histogram.quantile(percent) - exact) <= Math.abs(exact) * BUCKET_RELATIVE_ERROR,
      `p${percent}`,
    );
  check(0, -100);
  check(25, -50);
  check(50, 0);
  check(75, 50);
  check(99.5, 99);
  check(100, 100);
  assert.ok(Number.isNaN(recorded([]).quantile(50)));
});

test('quantile() is exact when all values are one', () => {
  const histogram = recorded([0.3, 0.3, 0.3]);
  for (const percent of [0, 1, 50, 99, 100]) assert.equal(histogram.quantile(percent), 0.3);
});

test('record() counts overflow when the pages are used up, and keeps the totals', () => {
  const histogram = recorded([1, 1024, 2 ** 20, -1, 1.5, 0], 2);
  assert.equal(histogram.pages, 2);
  assert.equal(histogram.overflow, 2);
  assert.equal(histogram.count, 6);
  assert.equal(histogram.max, 2 ** 20);
  assert.equal(histogram.min, -1);
  // The values that found a page: 0, 1, 1.5, 1024.
  assert.ok(Math.abs(histogram.quantile(100) - 1024) <= 4);
  assert.ok(Math.abs(histogram.quantile(50) - 1) <= BUCKET_RELATIVE_ERROR);
});

test('record() counts overflow when a counter is full', () => {
  const sizes = { pages: 1, histograms: 1, pagesPerHistogram: 1 };
  const pool = HistogramPool.withOwnMemory(sizes);
  const histogram = new PagedHistogram(pool, 0);
  histogram.record(1);
  pool.words[pool.pageWord(0)] = COUNTER_MAX;
  histogram.record(1);
  assert.equal(pool.words[pool.pageWord(0)], COUNTER_MAX);
  assert.equal(histogram.overflow, 1);
});

test('reset() gives pages back when histograms share a pool', () => {
  const pool = HistogramPool.withOwnMemory({ pages: 3, histograms: 2, pagesPerHistogram: 3 });
  const left = new PagedHistogram(pool, 0);
  const right = new PagedHistogram(pool, 1);
  for (const value of [1, 2, 4]) left.record(value);
  right.record(8);
  assert.equal(right.overflow, 1);
  assert.equal(pool.pagesFree, 0);
  left.reset();
  assert.equal(pool.pagesFree, 3);
  assert.equal(left.count, 0);
  right.reset();
  right.record(8);
  right.record(16);
  assert.equal(right.overflow, 0);
  assert.equal(right.quantile(50), 8);
  assert.equal(pool.pagesFree, 1);
  // A page that was used before counts from zero.
  left.reset();
  for (const value of [1.25, 1.5, 2.5]) left.record(value);
  left.reset();
  left.record(1.75);
  assert.equal(left.distinct(), 1);
});

test('mergeInto() equals recording into one when both have negatives, zeros and overflow', () => {
  const left = [1, 2, -3, 0, 70];
  const right = [-3, -3.001, 0, 1e9, 70];
  const target = recorded(left);
  recorded(right).mergeInto(target);
  const direct = recorded([...left, ...right]);
  for (const field of ['count', 'min', 'max', 'overflow', 'pages'] as const)
    assert.equal(target[field], direct[field]);
  assert.ok(Math.abs(target.sum - direct.sum) < 1e-6);
  for (let percent = 0; percent <= 100; percent += 5) {
    assert.equal(target.quantile(percent), direct.quantile(percent));
  }
  const small = PagedHistogram.withOwnMemory(1);
  direct.mergeInto(small);
  assert.equal(small.count, 10);
  assert.equal(small.distinct() > 0 && small.overflow > 0, true);
  assert.throws(() => small.mergeInto(small), /^Error: BUG/);
});

test('mergeInto() adds nothing when the source is empty', () => {
  const target = recorded([5]);
  recorded([]).mergeInto(target);
  assert.deepEqual([target.count, target.min, target.max], [1, 5, 5]);
});

test('bucketsInto() writes ascending buckets when all signs occur', () => {
  const histogram = recorded([5, -1000, 0, -1, 5, 0.001]);
  const indexes = new Int32Array(histogram.distinct());
  const counts = new Float64Array(indexes.length);
  assert.equal(histogram.bucketsInto(indexes, counts), 5);
  assert.deepEqual(
    Array.from(indexes),
    Array.from(indexes).sort((a, b) => a - b),
  );
  assert.deepEqual(Array.from(counts), [1, 1, 1, 1, 2]);
});

test('copyInto() copies all when nobody writes, and gives up when a reset never ends', () => {
  const pool = HistogramPool.withOwnMemory({ pages: 8, histograms: 1, pagesPerHistogram: 8 });
  const histogram = new PagedHistogram(pool, 0);
  for (const value of [-4, 0, 0.5, 3, 3]) histogram.record(value);
  const copy = recorded([99]);
  assert.equal(histogram.copyInto(copy), true);
  assert.deepEqual([copy.count, copy.sum, copy.min, copy.max], [5, 2.5, -4, 3]);
  assert.equal(copy.quantile(60), 0.501953125);
  Atomics.add(pool.words, pool.headerWord(0), 1);
  assert.equal(histogram.copyInto(copy), false);
  assert.equal(copy.count, 0);
});

test('HistogramPool refuses when sizes cannot be', () => {
  const check = (pages: number, pagesPerHistogram: number) =>
    assert.throws(
      () => new HistogramPool(new ArrayBuffer(4096), 0, { pages, histograms: 1, pagesPerHistogram }),
      /^Error: BUG/,
    );
  check(-1, 1);
  check(2 ** 20, 1);
  check(1, 0);
  check(1, 5000);
  assert.equal(directoryWords(16), 32);
  assert.throws(
    () =>
      new PagedHistogram(HistogramPool.withOwnMemory({ pages: 1, histograms: 1, pagesPerHistogram: 1 }), 1),
  );
});

// Generation g holds values of octave g % 4 only: a copy that mixed generations would show two octaves.
test('copyInto() never mixes generations when another thread records and resets', async () => {
  const sizes = { pages: 4, histograms: 2, pagesPerHistogram: 2 };
  const shared = new SharedArrayBuffer(histogramPoolBytes(sizes) + 8);
  const stop = new Int32Array(shared, histogramPoolBytes(sizes), 2);
  const worker = startWriter({ shared, sizes });
  try {
    const reader = new PagedHistogram(new HistogramPool(shared, 0, sizes), 0);
    const copy = PagedHistogram.withOwnMemory(4);
    let copies = 0;
    const until = Date.now() + 10_000;
    while (copies < 2_000 && Date.now() < until) {
      // The worker needs this thread's event loop to start.
      await new Promise((resolve) => setImmediate(resolve));
      for (let attempt = 0; attempt < 100; attempt++) {
        if (!reader.copyInto(copy) || copy.count === 0) continue;
        copies++;
        assert.ok(copy.pages <= 1, `a copy holds ${copy.pages} octaves`);
        assert.equal(copy.overflow, 0);
      }
    }
    assert.ok(copies > 0);
  } finally {
    Atomics.store(stop, 0, 1);
    await worker.terminate();
  }
});

/** Runs paged-histogram-writer: compiled as it is, from the sources with the loader, which a worker does not inherit. */
function startWriter(workerData: object): Worker {
  const fromSource = import.meta.url.endsWith('.ts');
  const file = new URL(`./paged-histogram-writer${fromSource ? '.ts' : '.js'}`, import.meta.url);
  if (!fromSource) return new Worker(file, { workerData });
  const code = `import('tsx/esm/api').then((tsx) => { tsx.register(); return import(${JSON.stringify(file.href)}); });`;
  return new Worker(code, { eval: true, workerData });
}
