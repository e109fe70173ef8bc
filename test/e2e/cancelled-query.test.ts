import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MillionPoints } from './million-points.js';

const QUERIES = 6;

test('queries whose clients go away stop, and those that still wait never begin', async (t) => {
  const loaded = await MillionPoints.start();
  t.after(() => loaded.end());
  const { engine } = loaded;
  // The first builds the index; then there is only the scan.
  assert.equal((await engine.json<{ count: number }>(loaded.path(0))).count, MillionPoints.count);
  const before = await loaded.queries();

  const gone = new AbortController();
  const asked = Array.from({ length: QUERIES }, (_, i) => {
    return fetch(engine.url + loaded.path(i + 1), { signal: gone.signal }).catch(() => undefined);
  });
  // One runs and some wait; on a busy machine the first may have ended before all are there.
  for (let look = 0; look < 1_000 && (await loaded.queries()).in_flight < 4; look++) await sleep(1);
  gone.abort();
  await Promise.all(asked);
  let after = await loaded.queries();
  while (after.in_flight > 0) {
    await sleep(5);
    after = await loaded.queries();
  }
  assert.equal(after.cancelled - before.cancelled + (after.answered - before.answered), QUERIES);
  assert.ok(after.cancelled - before.cancelled >= QUERIES - 2, `${after.cancelled} were cancelled`);
  const decoded = after.points_decoded - before.points_decoded;
  assert.ok(decoded < 3 * MillionPoints.count, `${decoded} points were decoded for nobody`);
});
