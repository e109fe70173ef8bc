import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RejectCode } from '../../../protocol/index.js';
import { MillraceError } from '../../../src/errors.js';
import type { RowSink } from '../../../src/http/ports.js';
import { columns, series } from './frames.js';
import { CLOCK_SKEW_MS, FakeEngine, NOW_MS, RETENTION_MS } from './ingest-fixture.js';

/** What became of a batch: undefined while it waits. */
interface Outcome {
  settled: 'durable' | Error | undefined;
}

function commit(sink: RowSink): Outcome & { busy: unknown } {
  const outcome: Outcome = { settled: undefined };
  const busy = sink.commit((failure) => {
    assert.equal(outcome.settled, undefined, 'settled twice');
    outcome.settled = failure ?? 'durable';
  });
  return Object.assign(outcome, { busy });
}

/** Adds a point of a series that must be good. */
function add(sink: RowSink, name: string, value: number, timeMs?: number): void {
  const ref = sink.resolve(name, undefined);
  assert.ok(ref >= 0);
  assert.equal(sink.addResolved(ref, value, timeMs), 0);
}

test('a batch is answered when it is durable, and not before', () => {
  const engine = new FakeEngine({ shards: 2 });
  const sink = engine.http.begin(NOW_MS, 'live');
  add(sink, 'a', 1);
  add(sink, 'b', 2, NOW_MS - 5);
  const outcome = commit(sink);
  assert.equal(engine.http.isWaiting, true);
  engine.take(0);
  engine.take(1);
  engine.progress();
  assert.equal(outcome.settled, undefined);
  engine.commit(0);
  engine.progress();
  assert.equal(outcome.settled, undefined);
  engine.commit(1);
  engine.progress(NOW_MS + 8);
  assert.equal(outcome.settled, 'durable');
  assert.equal(engine.http.isWaiting, false);
  assert.deepEqual(engine.points.map((p) => [p.series, p.timeMs, p.value]).sort(), [
    ['a', NOW_MS, 1],
    ['b', NOW_MS - 5, 2],
  ]);
  const { accepted, batches, inFlight, ackMs } = engine.counters;
  assert.deepEqual([accepted, batches, inFlight, ackMs.max], [2, 1, 0, 8]);
});

test('batches are answered in their order, each once', () => {
  const engine = new FakeEngine();
  const outcomes = [1, 2, 3].map((value) => {
    const sink = engine.http.begin(NOW_MS, 'live');
    add(sink, 'a', value);
    const outcome = commit(sink);
    if (value === 2) engine.take(0);
    if (value === 2) engine.commit(0);
    return outcome;
  });
  engine.progress();
  assert.deepEqual(
    outcomes.map((o) => o.settled),
    ['durable', 'durable', undefined],
  );
  engine.settle();
  assert.equal(outcomes[2]?.settled, 'durable');
});

test('a batch that is settled may begin the next one at once', () => {
  const engine = new FakeEngine();
  let second: Outcome | undefined;
  const sink = engine.http.begin(NOW_MS, 'live');
  add(sink, 'a', 1);
  sink.commit(() => {
    const next = engine.http.begin(NOW_MS, 'live');
    add(next, 'a', 2);
    second = commit(next);
  });
  engine.settle();
  assert.equal(second?.settled, undefined);
  engine.settle();
  assert.equal(second?.settled, 'durable');
  assert.deepEqual(
    engine.points.map((p) => p.value),
    [1, 2],
  );
});

test('commit() takes nothing and counts nothing when a ring is full', () => {
  const engine = new FakeEngine({ ringBytes: 4_096 });
  const fill = (): RowSink => {
    const sink = engine.http.begin(NOW_MS, 'live');
    for (let i = 0; i < 90; i++) add(sink, 'a', i);
    sink.reject(RejectCode.invalidName);
    return sink;
  };
  const taken = [commit(fill()), commit(fill())];
  assert.deepEqual(
    taken.map((o) => o.busy),
    [undefined, undefined],
  );
  const refused = commit(fill());
  assert.deepEqual(refused.busy, { busyRetryMs: 25, reason: 'ring_full' });
  assert.deepEqual(
    [engine.counters.accepted, engine.counters.rejectsByReason()['invalid_name'], engine.counters.busy],
    [180, 2, 1],
  );
  engine.settle();
  assert.deepEqual([refused.settled, engine.points.length], [undefined, 180]);
  engine.shardCounters[0]!.set('unableToStore', 1);
  commit(fill());
  commit(fill());
  assert.deepEqual(commit(fill()).busy, { busyRetryMs: 1_000, reason: 'unable_to_store' });
});

test('abort() drops the points and the rejects of its batch', () => {
  const engine = new FakeEngine();
  const sink = engine.http.begin(NOW_MS, 'live');
  add(sink, 'a', 1);
  sink.reject(RejectCode.invalidName);
  sink.abort();
  const next = engine.http.begin(NOW_MS, 'live');
  add(next, 'a', 2);
  commit(next);
  engine.settle();
  assert.deepEqual(
    engine.points.map((p) => p.value),
    [2],
  );
  assert.equal(engine.counters.rejectsByReason()['invalid_name'], 0);
});

test('a batch of rejects alone, or of nothing, is settled without a shard', async () => {
  const engine = new FakeEngine();
  const sink = engine.http.begin(NOW_MS, 'live');
  sink.reject(RejectCode.invalidLabel);
  const outcomes = [commit(sink), commit(engine.http.begin(NOW_MS, 'live'))];
  await Promise.resolve();
  assert.deepEqual(
    outcomes.map((o) => o.settled),
    ['durable', 'durable'],
  );
  assert.equal(engine.counters.rejectsByReason()['invalid_label'], 1);
});

test('resolve() answers a handle that stays, or the reason below -1', () => {
  const engine = new FakeEngine({ seriesPerMetricMax: 2 });
  const sink = engine.http.begin(NOW_MS, 'live');
  const check = (name: string, labels: unknown, code: number) =>
    assert.equal(sink.resolve(name, labels as Record<string, string>), -1 - code, name.slice(0, 20));
  const ref = sink.resolve('m', { host: 'a', none: '' });
  assert.ok(ref >= 0);
  assert.equal(sink.resolve('m', { host: 'a' }), ref);
  check('', {}, RejectCode.invalidName);
  check('x'.repeat(257), {}, RejectCode.invalidName);
  check('x'.repeat(100_000), {}, RejectCode.invalidName);
  check('a\nb', {}, RejectCode.invalidName);
  check('m', { host: 7 }, RejectCode.invalidLabel);
  check('m', { host: null }, RejectCode.invalidLabel);
  check('m', { '': 'a' }, RejectCode.invalidLabel);
  check('m', { host: 'x'.repeat(1_025) }, RejectCode.labelTooLong);
  check('m', { host: 'x'.repeat(100_000) }, RejectCode.labelTooLong);
  check('m', { ['n'.repeat(129)]: 'x' }, RejectCode.labelTooLong);
  check('m', { ['n'.repeat(100_000)]: 'x' }, RejectCode.labelTooLong);
  const many = Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`l${i}`, 'v']));
  check('m', many, RejectCode.tooManyLabels);
  assert.ok(sink.resolve('m', { __proto__: null, host: 'b' } as unknown as Record<string, string>) >= 0);
  check('m', { host: 'c' }, RejectCode.metricSeriesLimit);
});

test('the same series over HTTP and over the wire is one series', () => {
  const engine = new FakeEngine({ shards: 3 });
  const sink = engine.http.begin(NOW_MS, 'live');
  const ref = sink.resolve('température', { hôte: 'été', b: '1', a: '2' });
  assert.equal(sink.addResolved(ref, 1, NOW_MS), 0);
  commit(sink);
  const connection = engine.connect();
  connection.send(series({ ref: 1, name: 'température', labels: { a: '2', b: '1', hôte: 'été' } }));
  connection.send(columns(1, [[1, 2]]));
  engine.settle();
  assert.equal(engine.resolver.seriesCount, 1);
  assert.deepEqual(
    engine.points.map((p) => [p.series, p.value]),
    [
      ['température{a=2,b=1,hôte=été}', 1],
      ['température{a=2,b=1,hôte=été}', 2],
    ],
  );
});

test('addResolved() refuses what is no number or out of time, at the same bounds as the wire, and counts it', () => {
  const engine = new FakeEngine();
  const sink = engine.http.begin(NOW_MS, 'live');
  const ref = sink.resolve('m', undefined);
  const check = (value: number, timeMs: number | undefined, code: number) =>
    assert.equal(sink.addResolved(ref, value, timeMs), code);
  check(Number.NaN, NOW_MS, RejectCode.invalidValue);
  check(Number.POSITIVE_INFINITY, NOW_MS, RejectCode.invalidValue);
  check(1, Number.NaN, RejectCode.invalidTime);
  check(1, 9e15, RejectCode.invalidTime);
  check(1, NOW_MS - RETENTION_MS - 1, RejectCode.tooOld);
  check(1, NOW_MS - RETENTION_MS, 0);
  check(1, NOW_MS + CLOCK_SKEW_MS + 1, RejectCode.tooFarAhead);
  check(1, NOW_MS + CLOCK_SKEW_MS, 0);
  check(1, undefined, 0);
  commit(sink);
  engine.settle();
  const rejected = Object.entries(engine.counters.rejectsByReason()).filter(([, count]) => count > 0);
  assert.deepEqual(rejected, [
    ['invalid_value', 2],
    ['invalid_time', 2],
    ['too_old', 1],
    ['too_far_ahead', 1],
  ]);
  assert.equal(engine.points.length, 3);
});

test('failAll() tells every batch that waits that it may be lost', () => {
  const engine = new FakeEngine();
  const outcomes = [1, 2].map((value) => {
    const sink = engine.http.begin(NOW_MS, 'live');
    add(sink, 'a', value);
    return commit(sink);
  });
  engine.http.failAll('it ended');
  for (const { settled } of outcomes) {
    assert.ok(settled instanceof MillraceError && settled.code === 'MR_UNABLE_TO_STORE');
    assert.equal(settled.message, 'it ended');
  }
  engine.settle();
  assert.equal(engine.http.isWaiting, false);
});
