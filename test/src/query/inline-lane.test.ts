import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Clock } from '../../../src/clock.js';
import type { MillraceError } from '../../../src/errors.js';
import { CODED_ANSWER_BYTES_MIN } from '../../../src/http/limits.js';
import type { LabelMatcher, QueryRequest } from '../../../src/http/ports.js';
import type { AggregateRequest } from '../../../src/http/present/aggregate.js';
import type { LatestRequest } from '../../../src/http/present/latest.js';
import type { Indexer } from '../../../src/indexer/indexer.js';
import { InlineLane } from '../../../src/query/inline-lane.js';
import { INLINE_BEYOND_MS, INLINE_REOPEN_MS, RECENT_READ_MS } from '../../../src/query/limits.js';
import type { QueryWorkerData } from '../../../src/query/query-task.js';
import { RecentReads } from '../../../src/query/recent-reads.js';
import { ThreadStop } from '../../../src/query/thread-stop.js';
import { COMPACTION_BOUNDS } from '../../../src/shard/jobs/compaction-bounds.js';
import { type Body, bodyOf, statsRequest } from './oracle.js';
import { OPEN_BOUNDS, TestShards } from './query-fixture.js';
import { startIndexer } from './start-indexer.js';
import { workerDataOf } from './worker-data.js';

const T0 = 1_699_999_200_000;
const HOSTS = 1_500;
/** All is compacted at once. */
const COMPACTION = { ...COMPACTION_BOUNDS, generationsMin: 1, quietMs: 0, ageMsMax: 0, seriesPoints: 0 };
let shards: TestShards;
let data: QueryWorkerData;
let indexer: Indexer;
let lane: InlineLane;
let atMs: number;
let tickMs = 0;
/** Stands still unless a test moves it, so that no busy machine ends a query. */
const clock: Clock = { nowMs: () => T0, monotonicMs: () => (atMs += tickMs) };

const latest = (host?: string): LatestRequest => ({
  kind: 'latest',
  format: 'json',
  metric: 'cpu',
  selectors: host === undefined ? [] : [{ label: 'host', op: '=', value: host }],
});

const aggregate = (host: string): AggregateRequest => ({
  ...{ kind: 'aggregate', format: 'json', metric: 'cpu', nowMs: T0, startMs: T0, endMs: T0 + 3_600_000 },
  selectors: [{ label: 'host', op: '=', value: host }],
  aggregations: [{ name: 'sum', kind: 'sum', percent: 0 }],
  ...{ stepMs: 60_000, intervalText: '1m', rollingMs: 60_000, rollingText: undefined, isList: false },
  ...{ groupBy: [], source: undefined, isFilled: false },
});

const wanted = (request: QueryRequest): Body => bodyOf(shards.answer(request));
const answered = (request: QueryRequest): Body | undefined => {
  const found = lane.tryAnswer(request);
  return found && bodyOf(found.answer);
};

/** Answers as a query thread does; the places that it read. */
function placesRead(request: QueryRequest, told = new RecentReads()): string[] {
  const bounds = { timeoutMs: 30_000, isCancelled: () => false, limits: data.limits };
  const stop = new ThreadStop(clock, bounds, told);
  shards.queryEngine.answer(request, stop);
  return stop.reads;
}

beforeEach(async () => {
  shards = new TestShards(1, { ...OPEN_BOUNDS, compaction: COMPACTION });
  shards.write(
    Array.from({ length: 2 * HOSTS }, (_, i) => ({
      ...{ name: 'cpu', labels: { host: `h${i % HOSTS}` }, timeMs: T0 + i, value: i },
    })),
  );
  shards.settle();
  shards.closeGeneration();
  shards.settle();
  data = workerDataOf(shards);
  indexer = startIndexer(data, shards.folder);
  atMs = 1_000;
  lane = new InlineLane(data, clock, () => ({ active: 0, idle: atMs }));
  // The first question asks for the index and doesn't wait for it.
  while (lane.tryAnswer(latest('h7')) === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
});

afterEach(async () => {
  await lane.close();
  await indexer.stop();
  shards.close();
});

describe('InlineLane', () => {
  it('answers what is small, as a thread does', () => {
    assert.deepEqual(answered(latest('h9')), wanted(latest('h9')));
  });

  it('reads only what a thread has read in the last minute', () => {
    assert.equal(answered(aggregate('h9')), undefined);
    const places = placesRead(aggregate('h9'));
    assert.ok(places.length >= 2, 'the records of the shard, and a segment');
    lane.learn(aggregate('h9'), places.slice(1), 0);
    assert.equal(answered(aggregate('h9')), undefined);
    lane.learn(aggregate('h9'), places, 0);
    assert.deepEqual(answered(aggregate('h9')), wanted(aggregate('h9')));
    atMs += RECENT_READ_MS;
    assert.equal(answered(aggregate('h9')), undefined);
  });

  it('is told of a place once in a while', () => {
    const told = new RecentReads();
    assert.ok(placesRead(aggregate('h9'), told).length > 0);
    assert.deepEqual(placesRead(aggregate('h9'), told), []);
  });

  it('leaves what is foreseen to be large to a thread, and does not try it again for a while, however quick it was there', () => {
    assert.equal(answered(latest()), undefined);
    lane.learn(latest(), placesRead(latest()), 0);
    // So that all of it would be small enough now, were it tried.
    const tries = (): number => {
      let looks = 0;
      const look = (of: LabelMatcher[], key: string | symbol): unknown => {
        looks++;
        return Reflect.get(of, key);
      };
      const watched = { ...latest(), selectors: new Proxy<LabelMatcher[]>([], { get: look }) };
      assert.equal(lane.tryAnswer(watched), undefined);
      return looks;
    };
    const untried = tries();
    assert.equal(tries(), untried);
    atMs += INLINE_BEYOND_MS;
    assert.ok(tries() > untried, 'it is tried again');
    assert.equal(tries(), untried);
  });

  it('leaves long chains of the open state to a thread before it has copied them, and short ones not', () => {
    const open = (host: string, count: number): void => {
      for (let from = 0; from < count; from += 1_000) {
        shards.write(
          Array.from({ length: 1_000 }, (_, i) => ({
            ...{ name: 'cpu', labels: { host }, timeMs: T0 + 60_000 + from + i, value: i },
          })),
        );
        shards.settle();
      }
    };
    open('h7', 4_000);
    open('h8', 50_000);
    for (const host of ['h7', 'h8']) lane.learn(aggregate(host), placesRead(aggregate(host)), 0);
    assert.deepEqual(answered(aggregate('h7')), wanted(aggregate('h7')));
    assert.equal(answered(aggregate('h8')), undefined);
  });

  it('leaves to a thread what has more percentiles than it has time for', () => {
    const percentiles = (rows: number): AggregateRequest => ({
      ...aggregate('h9'),
      aggregations: [{ name: 'p99', kind: 'percentile', percent: 99 }],
      ...{ isFilled: true, stepMs: 1_000, intervalText: '1s', rollingMs: 1_000, endMs: T0 + rows * 1_000 },
    });
    const few = percentiles(300);
    lane.learn(few, placesRead(few), 0);
    assert.deepEqual(answered(few), wanted(few));
    const sums: AggregateRequest = { ...percentiles(600), aggregations: aggregate('h9').aggregations };
    assert.deepEqual(answered(sums), wanted(sums));
    assert.equal(answered(percentiles(600)), undefined);
  });

  it('foresees how many runs must be decoded, and none of those that are remembered', () => {
    const ofHosts = (pattern: string): AggregateRequest => ({
      ...aggregate(''),
      selectors: [{ label: 'host', op: '=~', value: pattern }],
    });
    const all = ofHosts('h[12]..');
    const places = placesRead(all);
    lane.learn(all, places, 0);
    assert.equal(answered(all), undefined, '200 runs');
    for (const quarter of ['h1[0-4].', 'h1[5-9].', 'h2[0-4].', 'h2[5-9].']) {
      assert.deepEqual(answered(ofHosts(quarter)), wanted(ofHosts(quarter)), '50 runs');
    }
    lane.learn(all, [], 0);
    assert.deepEqual(answered(all), wanted(all), 'remembered');
  });

  it('leaves kinds of question to a thread whose work cannot be foreseen', () => {
    assert.equal(answered(statsRequest({ metric: 'cpu', startMs: 0, endMs: 1 })), undefined);
  });

  it('leaves to a thread what would be encoded, and encodes nothing', () => {
    const coded = { ...latest('h9'), coding: 'br' } as const;
    assert.deepEqual(answered(coded), wanted(latest('h9')));
    const long = { ...aggregate('h9'), isFilled: true, endMs: T0 + 3 * 3_600_000 };
    lane.learn(long, placesRead(long), 0);
    assert.ok(Buffer.byteLength(JSON.stringify(answered(long))) >= CODED_ANSWER_BYTES_MIN);
    assert.equal(answered({ ...long, coding: 'br' }), undefined);
  });

  it('takes only a part of the time', () => {
    let count = 0;
    for (let i = 0; i < 100; i++) {
      tickMs = 0.1;
      if (answered(latest('h9')) !== undefined) count++;
      tickMs = 0;
    }
    assert.ok(count < 100, 'some were left to threads');
  });

  it('leaves all to threads while the stores cannot be opened, and tries again after a while', async () => {
    // A file where the folder should be.
    const path = join(shards.folder, 'no-folder');
    writeFileSync(path, '');
    const told: string[] = [];
    const closed = new InlineLane(
      { ...data, shardPaths: [path] },
      clock,
      () => ({ active: 0, idle: atMs }),
      (detail) => told.push(detail),
    );
    for (let tries = 0; tries < 2; tries++) {
      assert.equal(closed.tryAnswer(latest('h9')), undefined);
      assert.match(told[0]!, /no-folder can't be opened/);
      assert.equal(told.length, 1, 'it is told once');
      atMs += INLINE_REOPEN_MS;
    }
    assert.equal(closed.tryAnswer(latest('h9')), undefined);
    rmSync(path);
    assert.equal(closed.tryAnswer(latest('h9')), undefined);
    atMs += INLINE_REOPEN_MS;
    assert.deepEqual(bodyOf(closed.tryAnswer(latest('h9'))!.answer), wanted(latest('h9')));
    await closed.close();
  });

  it('throws a fault of the program, which is no store that cannot be opened', () => {
    const faulty = new InlineLane({ ...data, memories: [{} as never] }, clock, () => ({
      active: 0,
      idle: atMs,
    }));
    assert.throws(() => faulty.tryAnswer(latest('h9')), TypeError);
  });

  it('says what is no answer as a thread does', () => {
    lane.learn(aggregate('h9'), placesRead(aggregate('h9')), 0);
    assert.throws(() => lane.tryAnswer(latest('none')), { code: 'MR_NO_DATA' });
    assert.throws(() => lane.tryAnswer({ ...aggregate('h9'), source: '1d' } as AggregateRequest), {
      code: 'MR_NOT_KEPT',
    });
  });

  it('leaves an unknown metric to a thread, which waits for a second look, unless there was one already', () => {
    try {
      assert.equal(answered({ ...latest('h9'), metric: 'cpv' } as LatestRequest), undefined);
    } catch (error) {
      assert.equal((error as MillraceError).code, 'MR_UNKNOWN_METRIC');
    }
  });
});
