import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { RawRequest } from '../../../src/http/present/raw.js';
import type { StatsRequest } from '../../../src/http/present/stats.js';
import { QUEUE_PER_THREAD } from '../../../src/query/limits.js';
import { QUERY_LIMITS_DEFAULT } from '../../../src/query/query-limits.js';
import { QueryPool } from '../../../src/query/query-pool.js';
import { bodyOf, rawRequest, statsRequest } from './oracle.js';
import { KEEP_ALL, OPEN_BOUNDS, TestShards } from './query-fixture.js';

const T0 = 1_700_000_000_000;
const never = new AbortController().signal;
let shards: TestShards;
let pool: QueryPool;

function open(points: number, timeoutMs = 30_000): void {
  shards = new TestShards(2, OPEN_BOUNDS);
  for (let from = 0; from < points; from += 10_000) {
    shards.write(
      Array.from({ length: Math.min(10_000, points - from) }, (_, i) => {
        return { name: 'cpu', labels: { host: `h${i % 50}` }, timeMs: T0 + from + i, value: i };
      }),
    );
    shards.settle();
  }
  const data = {
    shardCount: 2,
    shardPaths: shards.shards.map(({ path }) => path),
    memories: shards.shards.map(({ memory }) => memory),
    retention: KEEP_ALL,
    limits: QUERY_LIMITS_DEFAULT,
  };
  pool = new QueryPool(data, 1, timeoutMs);
}

afterEach(async () => {
  await pool.close();
  shards.close();
});

const range = { metric: 'cpu', startMs: 0, endMs: 2 ** 52 };
const stats = statsRequest(range);

describe('QueryPool', () => {
  it('answers on another thread, and sees what comes between two queries', async () => {
    open(1_000);
    assert.equal(bodyOf(await pool.run(stats, never))['count'], 1_000);
    shards.write([{ name: 'cpu', labels: { host: 'new' }, timeMs: T0, value: 5 }]);
    shards.settle();
    assert.equal(bodyOf(await pool.run(stats, never))['count'], 1_001);
    shards.closeGeneration();
    shards.settle();
    assert.equal(bodyOf(await pool.run(stats, never))['count'], 1_001);
    await assert.rejects(pool.run({ ...stats, metric: 'cpv' } as StatsRequest, never), {
      code: 'MR_UNKNOWN_METRIC',
      fields: { metric_name: 'cpv', near: ['cpu'] },
    });
  });

  it('moves long answers whole', async () => {
    open(20_000);
    const raw = rawRequest(range, 20_000);
    const answer = await pool.run(raw, never);
    assert.equal(bodyOf(answer)['data'].length, 20_000);
    const small = await pool.run({ ...raw, limit: 1 } as RawRequest, never);
    assert.equal(bodyOf(small)['data'].length, 1);
  });

  it('keeps no read transaction and no page between queries', async () => {
    open(1_000);
    for (let round = 0; round < 5; round++) {
      await pool.run(stats, never);
      shards.write([{ name: 'cpu', labels: { host: 'h1' }, timeMs: T0 + round, value: round }]);
      shards.settle();
      shards.closeGeneration();
      shards.settle();
    }
    await pool.run(stats, never);
    const before = shards.shards[0]!.store.figures().fileBytes;
    for (let round = 0; round < 60; round++) {
      shards.write([{ name: 'cpu', labels: { host: 'h1' }, timeMs: T0 + round, value: round }]);
      shards.settle();
    }
    // The log of 60 small commits: a held snapshot would keep every page that they replaced, some 4 each.
    const after = shards.shards[0]!.store.figures().fileBytes;
    assert.ok(after - before < 60 * 4_096, `the file grew by ${after - before} bytes`);
  });

  it('refuses with MR_BUSY when the queue is full', async () => {
    open(1_000);
    const running = Array.from({ length: QUEUE_PER_THREAD + 1 }, () => pool.run(stats, never));
    await assert.rejects(pool.run(stats, never), { code: 'MR_BUSY', retryAfterMs: 250 });
    await Promise.all(running);
    await pool.run(stats, never);
    assert.equal(pool.counters.refused, 1);
    assert.equal(pool.counters.inFlight, 0);
    assert.equal(pool.counters.answered, QUEUE_PER_THREAD + 2);
  });

  it('rejects with the reason of an abort at once, and the thread goes on with the next query', async () => {
    open(100_000);
    const gone = new AbortController();
    const running = pool.run(stats, gone.signal);
    const reason = new Error('the client went away');
    gone.abort(reason);
    await assert.rejects(running, reason);
    await assert.rejects(pool.run(stats, gone.signal), reason);
    assert.equal(bodyOf(await pool.run(stats, never))['count'], 100_000);
    assert.equal(pool.counters.cancelled, 1);
  });

  it('says MR_QUERY_TIMEOUT when the signal or its own time runs out', async () => {
    open(100_000, 1);
    await assert.rejects(pool.run(stats, AbortSignal.timeout(0)), { code: 'MR_QUERY_TIMEOUT' });
    await assert.rejects(pool.run(rawRequest(range, 100_000), never), { code: 'MR_QUERY_TIMEOUT' });
  });

  it('says MR_STOPPING to what still runs when it is closed, and afterwards', async () => {
    open(1_000);
    const running = Array.from({ length: 20 }, () => pool.run(stats, never));
    const settled = Promise.allSettled(running);
    await pool.close();
    const stopped = (await settled).filter((each) => each.status === 'rejected');
    assert.ok(stopped.length > 0);
    for (const { reason } of stopped) assert.equal(reason.code, 'MR_STOPPING');
    await assert.rejects(pool.run(stats, never), { code: 'MR_STOPPING' });
  });
});
