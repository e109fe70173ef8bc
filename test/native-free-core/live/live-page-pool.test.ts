import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LivePagePool, NO_PAGE } from '../../../native-free-core/live/live-page-pool.js';
import { createLiveWindows, LiveWindowsViews } from '../../../native-free-core/live/live-windows-memory.js';

const poolOf = (pagesMax: number) => {
  const views = new LiveWindowsViews(createLiveWindows({ metricsMax: 1, pagesMax }));
  return { views, pool: new LivePagePool(views) };
};

test('LivePagePool.find() walks the chain that take() built', () => {
  const { pool } = poolOf(3);
  let link = 0;
  for (const octave of [5, -1, 0]) link = pool.take(octave, link) + 1;
  assert.deepEqual(
    [5, -1, 0, 1].map((octave) => pool.find(link, octave)),
    [0, 1, 2, NO_PAGE],
  );
  assert.equal(pool.used, 3);
});

test('LivePagePool.take() answers NO_PAGE when all are used, and used pages empty after release()', () => {
  const { pool, views } = poolOf(2);
  const link = pool.take(2, pool.take(1, 0) + 1) + 1;
  assert.equal(pool.take(3, 0), NO_PAGE);
  views.words[views.offsets.pages + 128 + 7] = 9;
  pool.release(link);
  assert.equal(pool.used, 0);
  const again = [pool.take(1, 0), pool.take(1, 0)];
  assert.deepEqual(again.sort(), [0, 1]);
  assert.ok(views.words.subarray(views.offsets.pages).every((counter) => counter === 0));
});

test('LivePagePool.take() uses a page again before one that was never used', () => {
  const { pool } = poolOf(3);
  pool.release(pool.take(1, 0) + 1);
  assert.equal(pool.take(1, 0), 0);
  pool.reset();
  assert.equal(pool.used, 0);
});
