import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { QueryAnswer, QueryRequest } from '../../../src/http/ports.js';
import type { LatestRequest } from '../../../src/http/present/latest.js';
import type { RawRequest } from '../../../src/http/present/raw.js';
import type { StatsRequest } from '../../../src/http/present/stats.js';
import type { Indexer } from '../../../src/indexer/indexer.js';
import { QUEUE_PER_THREAD } from '../../../src/query/limits.js';
import { QueryPool } from '../../../src/query/query-pool.js';
import type { QueryPoolOptions } from '../../../src/query/query-pool-options.js';
import { type Body, bodyOf, rawRequest, statsRequest } from './oracle.js';
import { OPEN_BOUNDS, TestShards } from './query-fixture.js';
import { startIndexer } from './start-indexer.js';
import { workerDataOf } from './worker-data.js';

const T0 = 1_700_000_000_000;
const never = new AbortController().signal;
let shards: TestShards;
let pool: QueryPool;
let indexer: Indexer;

function open(points: number, options: Partial<QueryPoolOptions> = {}, hosts = 50): void {
  shards = new TestShards(2, OPEN_BOUNDS);
  for (let from = 0; from < points; from += 10_000) {
    shards.write(
      Array.from({ length: Math.min(10_000, points - from) }, (_, i) => {
        return { name: 'cpu', labels: { host: `h${(from + i) % hosts}` }, timeMs: T0 + from + i, value: i };
      }),
    );
    shards.settle();
  }
  const data = workerDataOf(shards);
  indexer = startIndexer(data, shards.folder);
  pool = new QueryPool(data, { threads: 1, timeoutMs: 30_000, ...options });
}

afterEach(async () => {
  await pool.close();
  await indexer.stop();
  shards.close();
});

const range = { metric: 'cpu', startMs: 0, endMs: 2 ** 52 };
const stats = statsRequest(range);

describe('QueryPool', () => {
  it('openBeside() answers on the same threads, counts and keeps nothing, and leaves them when it is closed', async () => {
    open(1_000);
    const beside = pool.openBeside();
    const past = { ...stats, endMs: T0 + 500 };
    for (const request of [stats, past, past]) {
      assert.equal(bodyOf(await beside.run(request, never))['count'], request === stats ? 1_000 : 500);
    }
    assert.deepEqual([pool.counters.answered, pool.report().cache.entries], [0, 0]);
    const gone = new AbortController();
    const aborted = beside.run({ ...stats, endMs: T0 + 999 } as StatsRequest, gone.signal);
    gone.abort(new Error('gone'));
    await assert.rejects(aborted, { message: 'gone' });
    await beside.close();
    await assert.rejects(beside.run(stats, never), { code: 'MR_STOPPING' });
    assert.equal(bodyOf(await pool.run(stats, never))['count'], 1_000);
    assert.equal(pool.counters.answered, 1);
    assert.equal(pool.report().threads, 1);
  });

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
    const running = Array.from({ length: QUEUE_PER_THREAD + 1 }, (_, i) =>
      pool.run(statsRequest(range, [i]), never),
    );
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
    open(100_000, { timeoutMs: 1 });
    await assert.rejects(pool.run(stats, AbortSignal.timeout(0)), { code: 'MR_QUERY_TIMEOUT' });
    await assert.rejects(pool.run(rawRequest(range, 100_000), never), { code: 'MR_QUERY_TIMEOUT' });
  });

  it('says MR_STOPPING to what still runs when it is closed, and afterwards', async () => {
    open(1_000);
    const running = Array.from({ length: 20 }, (_, i) => pool.run(statsRequest(range, [i]), never));
    const settled = Promise.allSettled(running);
    await pool.close();
    const stopped = (await settled).filter((each) => each.status === 'rejected');
    assert.ok(stopped.length > 0);
    for (const { reason } of stopped) assert.equal(reason.code, 'MR_STOPPING');
    await assert.rejects(pool.run(stats, never), { code: 'MR_STOPPING' });
  });

  it('answers identical queries that wait together, and none that began to run', async () => {
    open(50_000);
    const first = pool.run(stats, never);
    const waiting = Array.from({ length: 5 }, () => pool.run(stats, never));
    const other = pool.run(statsRequest(range, [1]), never);
    // The first runs already: it may have missed what its caller could not know of and the others could.
    assert.equal(pool.counters.inFlight, 3);
    assert.equal(pool.counters.coalesced, 4);
    const bodies = (await Promise.all([first, ...waiting])).map(bodyOf);
    for (const body of bodies) assert.equal(body['count'], 50_000);
    assert.equal(bodyOf(await other)['p1'] !== undefined, true);
    assert.deepEqual([pool.counters.answered, pool.counters.inFlight], [7, 0]);
  });

  it('goes on with a shared query until the last of its callers has gone', async () => {
    open(50_000);
    const busy = pool.run(statsRequest(range, [1]), never);
    const callers = [new AbortController(), new AbortController(), new AbortController()];
    const shared = callers.map(({ signal }) => pool.run(stats, signal));
    const settled = Promise.allSettled(shared);
    callers[0]!.abort();
    callers[1]!.abort();
    assert.equal(pool.counters.inFlight, 2);
    assert.equal(bodyOf((await shared[2]) as QueryAnswer)['count'], 50_000);
    await busy;
    assert.deepEqual(
      (await settled).map(({ status }) => status),
      ['rejected', 'rejected', 'fulfilled'],
    );
    // All of them gone while it waits: it never runs, and its place is free at once.
    const again = pool.run(statsRequest(range, [2]), never);
    const gone = new AbortController();
    const dropped = pool.run(stats, gone.signal);
    gone.abort();
    assert.equal(pool.counters.inFlight, 1);
    await assert.rejects(dropped);
    await again;
    // Nobody joins what was given up while it ran.
    const leaving = new AbortController();
    const running = pool.run(stats, leaving.signal);
    leaving.abort();
    const next = pool.run(stats, never);
    await assert.rejects(running);
    assert.equal(bodyOf(await next)['count'], 50_000);
  });

  it('keeps answers about the past until something late comes', async () => {
    open(1_000);
    const past = statsRequest({ metric: 'cpu', startMs: 0, endMs: T0 - 120_000 });
    const write = (timeMs: number): void => {
      shards.write([{ name: 'cpu', labels: { host: 'h1' }, timeMs, value: 1 }]);
      shards.settle();
    };
    write(T0 - 200_000);
    const count = async (request: StatsRequest): Promise<number> =>
      bodyOf(pool.answerNow(request) ?? (await pool.run(request, never)))['count'];
    assert.equal(await count(past), 1);
    assert.equal(await count(past), 1);
    assert.equal(pool.counters.cached, 1);
    // What comes in its time changes nothing of the past, and a flush moves points without changing what they say.
    write(T0 + 5);
    shards.closeGeneration();
    shards.settle();
    assert.equal(await count(past), 1);
    assert.equal(pool.counters.cached, 2);
    write(T0 - 200_000);
    assert.equal(await count(past), 2);
    assert.equal(pool.counters.cached, 2);
    assert.equal(await count(past), 2);
    assert.equal(pool.counters.cached, 3);
    // A range that reaches into what live windows take is asked for each time, and so is what is to be traced.
    const present = statsRequest({ metric: 'cpu', startMs: 0, endMs: T0 });
    await count(present);
    await count(present);
    await count({ ...past, isTraced: true });
    await count({ ...past, isTraced: true });
    assert.equal(pool.counters.cached, 3);
    // What ended before the late point stays as it was.
    const older = statsRequest({ metric: 'cpu', startMs: 0, endMs: T0 - 7_200_000 });
    assert.equal(await count(older), 0);
    write(T0 - 200_000);
    assert.equal(await count(older), 0);
    assert.equal(pool.counters.cached, 4);
    write(T0 - 7_200_001);
    assert.equal(await count(older), 1);
    assert.equal(pool.counters.cached, 4);
    shards.restart(false);
    assert.equal(await count(past), 4);
    assert.equal(pool.counters.cached, 4);
  });

  it('answers small queries on this thread once a thread has read their places, and others as ever', async () => {
    open(2_000);
    const light: LatestRequest = { kind: 'latest', format: 'json', metric: 'cpu', selectors: [] };
    const ask = async (request: QueryRequest): Promise<Body> =>
      bodyOf(pool.answerNow(request) ?? (await pool.run(request, never)));
    for (let round = 0; round < 50; round++) {
      assert.equal((await ask(light))['value'], 1_999);
      assert.equal((await ask(stats))['count'], 2_000);
    }
    // However busy the machine is: some of so many are done in a millisecond.
    assert.ok(pool.counters.inline > 0);
    assert.equal(pool.counters.answered, 100);
    assert.equal(pool.report().inline, pool.counters.inline);
  });

  it('answers light queries while heavy ones run, and the heavy ones too', async () => {
    open(300_000, { threads: 2, lightBudgetMs: 2 }, 20_000);
    // The first query of a thread builds its index.
    await Promise.all([pool.run(stats, never), pool.run(statsRequest(range, [1]), never)]);
    const heavy = Array.from({ length: 6 }, (_, i) => pool.run(statsRequest(range, [i + 2]), never));
    const light: LatestRequest = {
      kind: 'latest',
      format: 'json',
      metric: 'cpu',
      selectors: [{ label: 'host', op: '=', value: 'h7' }],
    };
    assert.deepEqual(bodyOf(await pool.run(light, never))['labels'], { host: 'h7' });
    for (const answer of await Promise.all(heavy)) assert.equal(bodyOf(answer)['count'], 300_000);
    // The thread of the light ones was tried at least once, and given up.
    assert.ok(pool.counters.yielded > 0);
    assert.equal(pool.counters.inFlight, 0);
  });

  it('takes no heavy query for a light one because it was cancelled soon', async () => {
    open(300_000, { threads: 2, lightBudgetMs: 5 }, 20_000);
    await Promise.all([pool.run(stats, never), pool.run(statsRequest(range, [1]), never)]);
    await pool.run(stats, never);
    const gone = new AbortController();
    const cancelled = pool.run(stats, gone.signal);
    await setImmediate();
    gone.abort();
    await assert.rejects(cancelled);
    while (pool.counters.inFlight > 0) await setImmediate();
    const { yielded } = pool.counters;
    await Promise.all([pool.run(stats, never), pool.run(statsRequest(range, [1]), never)]);
    assert.equal(pool.counters.yielded, yielded, 'the second has waited');
  });
});
