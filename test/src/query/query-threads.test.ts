import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { WORD_SEQUENCE } from '../../../native-free-core/head/head-layout.js';
import type { QueryRequest } from '../../../src/http/ports.js';
import type { Indexer } from '../../../src/indexer/indexer.js';
import { QUEUE_PER_THREAD } from '../../../src/query/limits.js';
import { QueryPool } from '../../../src/query/query-pool.js';
import type { QueryPoolOptions } from '../../../src/query/query-pool-options.js';
import type { QueryWorkerData } from '../../../src/query/query-task.js';
import { bodyOf, rawRequest, statsRequest } from './oracle.js';
import { OPEN_BOUNDS, TestShards } from './query-fixture.js';
import { startIndexer } from './start-indexer.js';
import { workerDataOf } from './worker-data.js';

const T0 = 1_700_000_000_000;
/** Beyond this a close waits for something that doesn't come. */
const CLOSE_MS_MAX = 2_000;
const POINTS = 30_000;
const never = new AbortController().signal;
setMaxListeners(0, never);
const range = { metric: 'cpu', startMs: 0, endMs: 2 ** 52 };
const stats = statsRequest(range);
const past = statsRequest({ metric: 'cpu', startMs: 0, endMs: T0 - 120_000 });

const LOST = { code: 'MR_QUERY_LOST', status: 503, retryAfterMs: 1_000 };
const TOO_BIG = { code: 'MR_QUERY_TOO_BIG', status: 422, message: /more memory than a query thread has/ };

let shards: TestShards;
let indexer: Indexer;
let pool: QueryPool;
let failures: string[];
/** What was told of missing threads: how many and for how long, or that there are none. */
let told: (readonly [missing: number, waitMs: number] | 'whole')[];
/** The threads of the pool, in the order of their starts. */
let threads: Worker[] = [];

const onThread = (thread: Worker): void => {
  threads.push(thread);
};

async function open(options: Partial<QueryPoolOptions> = {}): Promise<void> {
  pool = await openPool(options);
}

async function openPool(
  options: Partial<QueryPoolOptions>,
  data: QueryWorkerData = workerDataOf(shards),
): Promise<QueryPool> {
  indexer = startIndexer(data, shards.folder);
  // A thread is told of a turn of the loop later: that of the indexer before those of the pool.
  await setImmediate();
  threads = [];
  failures = [];
  told = [];
  const opened = new QueryPool(data, {
    threads: 1,
    timeoutMs: 30_000,
    onThreadFailure: (detail) => failures.push(detail),
    onThreadsMissing: (...missing) => told.push(missing),
    onThreadsWhole: () => told.push('whole'),
    ...options,
  });
  await opened.ready();
  return opened;
}

const count = async (request: QueryRequest): Promise<number> =>
  bodyOf(await pool.run(request, never))['count'];

/** Waits for something that another thread does. */
async function until(isSo: () => boolean): Promise<void> {
  for (let look = 0; look < 5_000 && !isSo(); look++) await sleep(1);
  assert.ok(isSo());
}

/** Ends so many threads that are started while `act` runs before they can do anything, but for the first `spared`. */
async function failing(count: number, act: () => Promise<void>, spared = 0): Promise<void> {
  let started = 0;
  const endAtOnce = (thread: Worker): void => {
    if (++started > spared && started <= spared + count) void thread.terminate();
  };
  process.on('worker', endAtOnce);
  try {
    await act();
  } finally {
    process.off('worker', endAtOnce);
  }
}

/** While `act` runs, queries meet a writer at work and stay where they are, with their snapshots open: for a second at most. */
async function held<T>(act: () => Promise<T>): Promise<T> {
  const words = shards.shards.map(({ memory }) => new Int32Array(memory.head.control));
  for (const control of words) Atomics.add(control, WORD_SEQUENCE, 1);
  try {
    return await act();
  } finally {
    for (const control of words) Atomics.sub(control, WORD_SEQUENCE, 1);
  }
}

type End = (thread: Worker) => unknown;
const terminate: End = (thread) => thread.terminate();

/** Asks, and ends the threads while they are at work on what they took. They must have been ready before. */
async function endAtWork(
  asked: () => Promise<unknown>[],
  end: End = terminate,
): Promise<PromiseSettledResult<unknown>[]> {
  const settled = await held(async () => {
    const promise = Promise.allSettled(asked());
    await sleep(20);
    await Promise.all(threads.map(end));
    return { promise };
  });
  return settled.promise;
}

/** That nothing of what was asked is left: every place is free, nothing can be joined, and the pool answers. */
async function checkNothingLeft(): Promise<void> {
  assert.deepEqual([pool.counters.inFlight, pool.report().waiting], [0, 0]);
  const all = Array.from({ length: QUEUE_PER_THREAD + 1 }, (_, i) => count(statsRequest(range, [i])));
  assert.deepEqual(new Set(await Promise.all(all)), new Set([POINTS]));
  assert.equal(pool.report().threads, 1);
}

before(() => process.on('worker', onThread));
after(() => process.off('worker', onThread));

describe('QueryThreads', () => {
  afterEach(async () => {
    await pool.close();
    await indexer.stop();
    shards.close();
  });

  it('run() says MR_QUERY_LOST to all who wait for a query whose thread dies, and those behind it get their answers', async () => {
    shards = loaded();
    await open();
    assert.equal(await count(stats), POINTS);
    const settled = await endAtWork(() => [
      pool.run(past, never),
      pool.run(past, never),
      ...[1, 2, 2].map((percentile) => pool.run(statsRequest(range, [percentile]), never)),
    ]);
    for (const each of settled.slice(0, 2)) {
      assert.equal(each.status, 'rejected');
      assert.ok(each.reason instanceof Error);
      const { code, status, retryAfterMs } = each.reason as unknown as typeof LOST;
      assert.deepEqual({ code, status, retryAfterMs }, LOST);
    }
    for (const each of settled.slice(2)) assert.equal(each.status, 'fulfilled');
    assert.match(failures.join(), /exited.*a query of the kind stats/);
    const { threadsLost, failed, coalesced } = pool.counters;
    assert.deepEqual({ threadsLost, failed, coalesced }, { threadsLost: 1, failed: 2, coalesced: 2 });
    // What failed is not kept: the next who asks has it answered.
    assert.equal(pool.report().cache.entries, 0);
    assert.equal(await count(past), 0);
    await checkNothingLeft();
  });

  it('run() leaves no snapshot of the store open when its thread dies in one', async () => {
    shards = loaded();
    await open();
    const { store } = shards.shards[0]!;
    const readers = store.figures().readers;
    for (let round = 0; round < 3; round++) {
      await count(stats);
      const [ended] = await endAtWork(() => [pool.run(stats, never)]);
      assert.equal(ended!.status, 'rejected');
    }
    await count(stats);
    const write = (round: number): void => {
      shards.write([{ name: 'other', labels: { host: 'h1' }, timeMs: T0 + round, value: round }]);
      shards.settle();
    };
    for (let round = 0; round < 60; round++) write(round);
    const before = store.figures();
    for (let round = 0; round < 60; round++) write(round);
    const grownBytes = store.figures().fileBytes - before.fileBytes;
    assert.ok(grownBytes < 60 * 4_096, `the file grew by ${grownBytes} bytes`);
    assert.ok(before.readers <= readers + 1, `${before.readers} places for readers are taken`);
  });

  it('run() forgets a query whose callers have all gone when its thread dies', async () => {
    shards = loaded();
    await open();
    await count(stats);
    const gone = new AbortController();
    const settled = await endAtWork(
      () => [pool.run(stats, gone.signal), pool.run(statsRequest(range, [1]), never)],
      (thread) => {
        // In this order: a thread that sees in time that it is cancelled would take the next query with it.
        const ended = terminate(thread);
        gone.abort();
        return ended;
      },
    );
    assert.deepEqual(
      settled.map(({ status }) => status),
      ['rejected', 'fulfilled'],
    );
    await checkNothingLeft();
  });

  it('run() says MR_QUERY_TOO_BIG when a query needs more memory than its thread has, and goes on', async () => {
    shards = loaded();
    await open({ heapMibMax: 16 });
    const big = { ...rawRequest(range, POINTS), format: 'columns' as const };
    const asked = [pool.run(big, never), pool.run(stats, never), pool.run(big, never)];
    const settled = await Promise.allSettled(asked);
    assert.equal(settled[1]!.status, 'fulfilled');
    for (const each of [settled[0]!, settled[2]!]) {
      assert.equal(each.status, 'rejected');
      await assert.rejects(Promise.reject(each.reason as Error), TOO_BIG);
    }
    assert.equal(pool.counters.threadsLost, 2);
    await checkNothingLeft();
  });

  it('run() says MR_INTERNAL of a fault of the program, and the thread goes on', async () => {
    shards = loaded();
    await open();
    await assert.rejects(
      pool.run({ kind: 'nothing', format: 'json' }, never),
      /BUG: nobody answers requests of the kind nothing/,
    );
    assert.equal(pool.counters.threadsLost, 0);
    await checkNothingLeft();
  });

  it('run() says so when a thread can open no store, and lets it try again', async () => {
    shards = loaded();
    const data = workerDataOf(shards);
    // A file where the folder should be.
    const path = join(shards.folder, 'no-folder');
    writeFileSync(path, '');
    pool = await openPool({}, { ...data, shardPaths: [path, data.shardPaths[1]!] });
    await assert.rejects(pool.run(stats, never), { code: 'MR_FOLDER_ACCESS', message: /EEXIST/ });
    assert.deepEqual([failures, pool.counters.threadsLost], [[], 0]);
    rmSync(path);
    await pool.run(stats, never);
  });

  it('run() goes on after a thread has died of an exception that nobody caught, at work or not', async () => {
    shards = loaded();
    await open();
    const fail = (thread: Worker): unknown => thread.emit('error', new Error('out of order'));
    fail(threads[0]!);
    assert.deepEqual(failures, ['out of order']);
    assert.equal(await count(stats), POINTS);
    const [ended, next] = await endAtWork(
      () => [pool.run(stats, never), pool.run(statsRequest(range, [1]), never)],
      (thread) => thread.threadId > 0 && fail(thread),
    );
    assert.equal((ended as PromiseRejectedResult).reason.code, 'MR_QUERY_LOST');
    assert.equal(next!.status, 'fulfilled');
    assert.equal(pool.counters.threadsLost, 2);
    await checkNothingLeft();
  });

  it('run() has threads started until one lives, and what waits meanwhile is answered', async () => {
    shards = loaded();
    await open();
    await count(stats);
    await failing(3, async () => {
      await threads[0]!.terminate();
      assert.equal(await count(statsRequest(range, [2])), POINTS);
    });
    assert.equal(pool.counters.threadsLost, 4);
    await checkNothingLeft();
  });

  it('starts every missing thread again by itself, after a longer while each time', async () => {
    shards = loaded();
    await open({ threads: 3 });
    assert.deepEqual([pool.report().threads, pool.report().threads_missing], [3, 0]);
    await failing(4, async () => {
      await Promise.all([threads[0]!.terminate(), threads[1]!.terminate()]);
      await until(() => pool.report().threads_missing === 2);
      await until(() => pool.report().threads === 3);
    });
    const waits = told.flatMap((each) => (each === 'whole' ? [] : [each[1]]));
    assert.deepEqual(waits, [100, 200, 400].slice(0, Math.max(2, waits.length)));
    assert.equal(told.at(-1), 'whole');
    assert.equal(pool.counters.threadsLost, 6);
    assert.equal(threads.length, 9);
    assert.equal(await count(stats), POINTS);
  });

  it('starts threads again when the system gives none for a while', async () => {
    shards = loaded();
    const data = workerDataOf(shards);
    pool = await openPool({ threads: 2 }, data);
    await count(stats);
    // What can't be cloned for a thread fails where the system's refusal does.
    const limits = data.limits as { points: unknown };
    const { points } = limits;
    limits.points = () => {};
    await threads[0]!.terminate();
    await until(() => failures.length >= 2);
    assert.match(failures[0]!, /could not be started/);
    assert.equal(await count(statsRequest(range, [1])), POINTS);
    assert.equal(pool.report().threads_missing, 1);
    limits.points = points;
    await until(() => pool.report().threads === 2);
    assert.equal(told.at(-1), 'whole');
  });

  it('ready() waits for a bounded time, says who is missing, and what is asked waits for them', async () => {
    shards = loaded();
    await open({ threads: 2, readyMsMax: 1 });
    assert.equal(failures.length, 1);
    assert.match(failures[0]!, /^2 of 2 have not started within 1 ms/);
    assert.equal(pool.report().threads, 0);
    assert.equal(await count(stats), POINTS);
  });

  it('close() ends when no thread can start, and refuses what waits for one', async () => {
    shards = loaded();
    const act = async (): Promise<void> => {
      await open({ threads: 2 });
      assert.equal(pool.report().threads, 0);
      const asked = [1, 2, 3].map((percentile) => pool.run(statsRequest(range, [percentile]), never));
      const settled = Promise.allSettled(asked);
      await until(() => pool.counters.threadsLost >= 4);
      const startMs = performance.now();
      await pool.close();
      assert.ok(performance.now() - startMs < CLOSE_MS_MAX);
      const codes = (await settled).map((each) => (each as PromiseRejectedResult).reason.code);
      assert.deepEqual(codes, ['MR_STOPPING', 'MR_STOPPING', 'MR_STOPPING']);
    };
    // The first thread is the indexer's.
    await failing(Number.POSITIVE_INFINITY, act, 1);
    const started = threads.length;
    await sleep(300);
    assert.equal(threads.length, started);
  });

  it('close() ends also while a thread is being replaced', async () => {
    shards = loaded();
    await open();
    await count(stats);
    const { settled } = await held(async () => {
      const running = [pool.run(stats, never), pool.run(statsRequest(range, [1]), never)];
      const promise = Promise.allSettled(running);
      await sleep(20);
      await threads[0]!.terminate();
      await until(() => pool.counters.threadsLost === 1);
      return { settled: promise };
    });
    await pool.close();
    const codes = (await settled).map((each) => (each as PromiseRejectedResult).reason?.code);
    assert.deepEqual(codes, ['MR_QUERY_LOST', 'MR_STOPPING']);
  });
});

function loaded(): TestShards {
  const made = new TestShards(2, OPEN_BOUNDS);
  for (let from = 0; from < POINTS; from += 10_000) {
    made.write(
      Array.from({ length: 10_000 }, (_, i) => {
        return { name: 'cpu', labels: { host: `h${i % 50}` }, timeMs: T0 + from + i, value: i };
      }),
    );
    made.settle();
  }
  return made;
}
